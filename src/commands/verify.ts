import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { BtError, ERROR_EXIT_CODES } from '../lib/base/errors.ts'
import type { Verification } from '../lib/engine/verify-torrent.ts'
import type { Info } from '../lib/metainfo/metainfo.ts'

export default class Verify extends BtCommand {
  static override summary = 'Check content on the disk against its torrent.'
  static override description =
    'Prints the state of each file (complete, partial or missing) and the pieces at fault. Takes several torrents; the last word, where it is no torrent, is the content itself or the folder that holds it. Exit code 7 where something is missing or wrong. Changes nothing.'
  static override strict = false
  static override args = {
    torrent: Args.string({
      required: true,
      description: 'the .torrent files, http(s) URLs of them, or - for one on standard input',
    }),
    path: Args.string({
      description: 'the content itself, or the folder that holds it; the working folder by default',
    }),
  }
  static override flags = {
    quiet: Flags.boolean({ char: 'q', description: 'leave out the files that are complete' }),
  }
  static override examples = [
    '<%= config.bin %> verify a.torrent',
    '<%= config.bin %> verify a.torrent ~/Downloads --json',
    '<%= config.bin %> verify *.torrent ~/Downloads --quiet',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Verify)
    const { splitPlace } = await import('../lib/engine/torrent-words.ts')
    const { torrents, path } = await splitPlace(argv.map(String))
    let failure: unknown
    for (const torrent of torrents) {
      try {
        const verification = await this.#verify(await this.#load(torrent), path)
        await this.#show(torrent, verification, { several: torrents.length > 1, quiet: flags.quiet })
      } catch (error) {
        if (torrents.length === 1 || this.interrupted.aborted || !(error instanceof BtError)) throw error
        failure ??= error
        this.noteWarning(`${torrent}: ${error.message}`)
        if (this.json) this.printJson({ torrent, error: { code: error.code, message: error.message } })
      }
    }
    // Not thrown, which would print a second JSON document: what was asked for was done, and this is its answer.
    if (failure instanceof BtError) process.exitCode = failure.exitCode
  }

  async #load(torrent: string): Promise<Info> {
    const { loadSource } = await import('../lib/engine/source.ts')
    const { info } = await loadSource(torrent, this.interrupted)
    if (info !== undefined) return info
    throw new BtError(
      'USAGE',
      'only the hashes of a .torrent file can verify content; `bt magnet_info --save` makes one of a magnet link',
    )
  }

  async #show(
    torrent: string,
    verification: Verification,
    { several, quiet }: { readonly several: boolean; readonly quiet: boolean },
  ): Promise<void> {
    const { verifyFault, verifyJson, verifyLines } = await import('../lib/ui/verify-lines.ts')
    if (this.json) this.printJson({ torrent, ...verifyJson(verification) })
    else {
      if (several) this.print(`File: ${torrent}`)
      this.printAll(verifyLines(verification, quiet ? 'what is wrong' : 'everything'))
    }
    if (verification.complete) return
    this.note(`bt: ${verifyFault(verification)}`)
    process.exitCode = ERROR_EXIT_CODES.HASH_MISMATCH
  }

  async #verify(info: Info, path: string | undefined): Promise<Verification> {
    const [{ verifyTorrent }, bar] = await Promise.all([
      import('../lib/engine/verify-torrent.ts'),
      this.bar('checking'),
    ])
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
