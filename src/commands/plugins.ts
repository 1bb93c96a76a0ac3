import type { Interfaces } from '@oclif/core'
import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { OclifHost } from '../cli/host.ts'

export default class Plugins extends BtCommand {
  static override summary = 'Show the plugins, and what each adds.'
  static override description =
    'Name, version and contract of each plugin that you installed or linked, then its trackers by scheme, wire extensions, peer sources and commands. One that was left out is shown with the reason. A plugin runs inside of bt with all your rights: install only what you would run by itself.'
  static override flags = { core: Flags.boolean({ description: 'show the bundled plugins too' }) }
  static override examples = [
    '<%= config.bin %> plugins',
    '<%= config.bin %> plugins --core --json',
    '<%= config.bin %> plugins install "file:$PWD/bt-plugin-web-0.1.0.tgz"',
    '<%= config.bin %> plugins link --no-install .',
    '<%= config.bin %> plugins uninstall bt-plugin-web',
  ]
  static needsOclif = true

  readonly #config: Interfaces.Config

  constructor(words: readonly string[], config: Interfaces.Config) {
    super(new OclifHost('plugins', words, config))
    this.#config = config
  }

  static override async run(words: string[], config: Interfaces.Config): Promise<void> {
    await new Plugins(words, config).run()
  }

  protected override async execute(): Promise<void> {
    const { flags } = await this.parse(Plugins)
    const [{ describePlugins }, { pluginJson, pluginLines }, registry] = await Promise.all([
      import('../lib/engine/plugin-overview.ts'),
      import('../lib/ui/plugin-lines.ts'),
      this.plugins(),
    ])
    const ownerOf = (id: string): string | undefined => this.#config.findCommand(id)?.pluginName
    const all = describePlugins(this.#config.getPluginsList(), registry, ownerOf)
    const shown = all.filter(({ origin }) => flags.core || origin !== 'bundled')
    if (this.json) this.printJson(shown.map(pluginJson))
    else for (const line of shown.flatMap(pluginLines)) this.print(line)
    if (shown.length === 0) this.note('no plugin is installed; bt plugins --core shows the bundled ones')
  }
}
