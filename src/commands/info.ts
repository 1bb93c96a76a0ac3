import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg } from '../cli/flags.ts'
import { BtError } from '../lib/base/errors.ts'
import { magnetText, showFlags, torrentText, type ShowOptions } from '../cli/show-torrent.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

export default class Info extends BtCommand {
  static override summary = 'Show what a torrent, or several, say: trackers, length, hashes, files.'
  static override strict = false
  static override description =
    'On a terminal a page to read; anywhere else one "Key: value" a line, the piece hashes last. BitTorrent v2 and hybrid torrents are shown too. Of a magnet link or an info-hash alone, what it says itself is shown; `magnet_info` gets the rest from peers.'
  static override args = { torrent: torrentArg }
  static override flags = showFlags
  static override examples = [
    '<%= config.bin %> info a.torrent',
    '<%= config.bin %> info a.torrent --no-pretty',
    '<%= config.bin %> info a.torrent --files',
    '<%= config.bin %> info - < a.torrent',
    '<%= config.bin %> info *.torrent --json',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Info)
    const torrents = argv.map(String)
    const options = { ...flags, json: this.json }
    if (torrents.length === 1) return this.printAll(await this.#show(torrents.join(), options))
    for (const [at, torrent] of torrents.entries()) {
      // One that can not be shown keeps none of the others from being shown.
      const lines = await this.#show(torrent, options).catch((error: unknown) => this.#fault(error))
      this.printAll(at === 0 || this.json || flags.files || lines.length === 0 ? lines : ['', ...lines])
    }
  }

  async #show(argument: string, options: ShowOptions): Promise<readonly string[]> {
    const { loadSource } = await import('../lib/engine/source.ts')
    const { infoHash, metainfo, magnet } = await loadSource(argument, this.interrupted)
    if (metainfo === undefined) {
      return magnetText(magnet ?? { infoHash, trackers: [], peers: [], webSeeds: [] }, options)
    }
    for (const warning of metainfo.warnings) this.noteWarning(warning)
    return torrentText(metainfo, options)
  }

  /** @returns what stands for it among the results. */
  #fault(error: unknown): readonly string[] {
    if (this.interrupted.aborted || !(error instanceof BtError)) throw error
    process.exitCode ??= error.exitCode
    this.note(`bt: ${error.message}`)
    return this.json ? [jsonLine({ error: { code: error.code, message: error.message } })] : []
  }
}
