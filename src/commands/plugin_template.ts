import { basename, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { PACKAGE_ROOT } from '../cli/package-root.ts'
import { PLUGIN_KINDS, pluginFiles, shortName, type PluginKind } from '../lib/plugin/template.ts'

const TOOLBOX = fileURLToPath(PACKAGE_ROOT)

export default class PluginTemplate extends BtCommand {
  static override summary = 'Write a new plugin: a package that builds and passes its tests at once.'
  static override description =
    'In TypeScript, with what the flags name, or one of each: a tracker scheme, a wire extension, a peer source, a command. Its tests hold it to the contract of plugins; docs/PLUGINS.md explains that. Prints the path of each file. A folder in which there is something already is left alone.'
  static override args = {
    name: Args.string({ required: true, description: 'the name of the npm package, such as bt-plugin-web' }),
  }
  static override flags = {
    tracker: Flags.boolean({ description: 'trackers at URLs of a scheme of its own' }),
    extension: Flags.boolean({ description: 'an extension of the peer protocol (BEP 10)' }),
    source: Flags.boolean({ description: 'a source of peers' }),
    command: Flags.boolean({ description: 'a command of bt' }),
    output: Flags.string({ char: 'o', description: 'the folder; by default the name', helpValue: 'FOLDER' }),
  }
  static override examples = [
    '<%= config.bin %> plugin_template bt-plugin-web --source',
    '<%= config.bin %> plugin_template @me/bt-plugin-lab --tracker --command -o lab',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(PluginTemplate)
    const [{ saveNewFolder }, { VERSION }] = await Promise.all([
      import('../lib/engine/save-folder.ts'),
      import('../lib/engine/client.ts'),
    ])
    const short = shortName(args.name)
    const chosen = PLUGIN_KINDS.filter((kind: PluginKind) => flags[kind])
    const kinds = chosen.length === 0 ? PLUGIN_KINDS : chosen
    const folder = resolve(flags.output ?? basename(args.name))
    const files = await pluginFiles({ name: args.name, short, kinds, toolbox: TOOLBOX, version: VERSION })
    await saveNewFolder(folder, files)
    if (this.json) {
      this.printJson({ name: args.name, folder, kinds, files: [...files.keys()] })
      return
    }
    const shown = relative(process.cwd(), folder) || '.'
    for (const path of files.keys()) this.print(join(shown, path))
    this.note(`next: cd ${shown} && npm install && npm test`)
  }
}
