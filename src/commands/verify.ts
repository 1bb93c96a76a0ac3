import { Args } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg } from '../cli/flags.ts'
import { BtError, ERROR_EXIT_CODES } from '../lib/base/errors.ts'
import type { Verification } from '../lib/engine/verify-torrent.ts'
import type { Info } from '../lib/metainfo/metainfo.ts'

export default class Verify extends BtCommand {
  static override summary = 'Check content on the disk against its torrent.'
  static override description =
    'Prints the state of each file (complete, partial or missing) and the pieces at fault. Exit code 7 where something is missing or wrong. Changes nothing.'
  static override args = {
    torrent: torrentArg,
    path: Args.string({
      description: 'the content itself, or the folder that holds it; the working folder by default',
    }),
  }
  static override examples = [
    '<%= config.bin %> verify a.torrent',
    '<%= config.bin %> verify a.torrent ~/Downloads --json',
  ]

  protected override async execute(): Promise<void> {
    const { args } = await this.parse(Verify)
    const [{ loadSource }, { verifyFault, verifyJson, verifyLines }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/ui/verify-lines.ts'),
    ])
    const { info } = await loadSource(args.torrent, this.interrupted)
    if (info === undefined) {
      throw new BtError(
        'USAGE',
        'only the hashes of a .torrent file can verify content; `bt magnet_info --save` makes one of a magnet link',
      )
    }
    const verification = await this.#verify(info, args.path)
    if (this.json) this.printJson(verifyJson(verification))
    else for (const line of verifyLines(verification)) this.print(line)
    if (verification.complete) return
    // Not thrown, which would print a second JSON document: what was asked for was done, and this is its answer.
    this.note(`bt: ${verifyFault(verification)}`)
    process.exitCode = ERROR_EXIT_CODES.HASH_MISMATCH
  }

  async #verify(info: Info, path: string | undefined): Promise<Verification> {
    const [{ verifyTorrent }, { progressBar }] = await Promise.all([
      import('../lib/engine/verify-torrent.ts'),
      import('../lib/ui/progress-bar.ts'),
    ])
    const bar = progressBar(process.stderr, 'checking')
    try {
      return await verifyTorrent(info, path, {
        signal: this.interrupted,
        onProgress: (checked, total) => bar.update((checked / total) * info.totalLength, info.totalLength),
      })
    } finally {
      bar.clear()
    }
  }
}
