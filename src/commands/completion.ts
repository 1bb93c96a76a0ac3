import type { Interfaces } from '@oclif/core'
import { Args } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import type { CompletedCommand } from '../cli/completion/model.ts'
import { OclifHost } from '../cli/host.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

export default class Completion extends BtCommand {
  static override summary = 'Print what makes a shell complete the commands of bt.'
  static override description =
    'Completes commands, flags, their values, and files; also those of plugins that are installed when it is printed. In ~/.bashrc: source <(bt completion bash). In ~/.zshrc, after compinit: source <(bt completion zsh). For fish: bt completion fish > ~/.config/fish/completions/bt.fish'
  static override args = {
    shell: Args.string({ required: true, description: 'the shell', options: [...SHELLS] }),
  }
  static override examples = [
    '<%= config.bin %> completion bash > bt.bash',
    '<%= config.bin %> completion zsh > _bt',
    '<%= config.bin %> completion fish > bt.fish',
  ]

  static needsOclif = true

  readonly #config: Interfaces.Config

  constructor(words: readonly string[], config: Interfaces.Config) {
    super(new OclifHost('completion', words, config))
    this.#config = config
  }

  static override async run(words: string[], config: Interfaces.Config): Promise<void> {
    await new Completion(words, config).run()
  }

  protected override async execute(): Promise<void> {
    const { args } = await this.parse(Completion)
    const [{ completedCommands }, script] = await Promise.all([
      import('../cli/completion/model.ts'),
      scriptOf(args.shell),
    ])
    const text = script(completedCommands(this.#config.commands))
    if (this.json) this.printJson({ shell: args.shell, script: text })
    else process.stdout.write(text)
  }
}

type Script = (commands: readonly CompletedCommand[]) => string

async function scriptOf(shell: string): Promise<Script> {
  switch (shell) {
    case 'zsh':
      return (await import('../cli/completion/zsh.ts')).zshCompletion
    case 'fish':
      return (await import('../cli/completion/fish.ts')).fishCompletion
    default:
      return (await import('../cli/completion/bash.ts')).bashCompletion
  }
}
