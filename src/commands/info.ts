import { torrentArg } from '../cli/flags.ts'
import { BtCommand } from '../cli/bt-command.ts'

export default class Info extends BtCommand {
  static override summary = 'Show what a torrent says: trackers, length, hashes, files.'
  static override description =
    'One "Key: value" a line, the piece hashes last. BitTorrent v2 and hybrid torrents are shown too. Of a magnet link or an info-hash alone, what it says itself is shown; `magnet_info` gets the rest from peers.'
  static override args = { torrent: torrentArg }
  static override examples = [
    '<%= config.bin %> info a.torrent',
    '<%= config.bin %> info - < a.torrent',
    '<%= config.bin %> info a.torrent --json',
  ]

  protected override async execute(): Promise<void> {
    const { args } = await this.parse(Info)
    const { loadSource } = await import('../lib/engine/source.ts')
    const { infoHash, metainfo, magnet } = await loadSource(args.torrent, this.interrupted)
    if (metainfo === undefined) {
      const { magnetJson, magnetLines } = await import('../lib/ui/magnet-lines.ts')
      const known = magnet ?? { infoHash, trackers: [], peers: [], webSeeds: [] }
      if (this.json) this.printJson(magnetJson(known))
      else for (const line of magnetLines(known)) this.print(line)
      return
    }
    for (const warning of metainfo.warnings) this.noteWarning(warning)
    if (this.json) {
      const { torrentJson } = await import('../lib/ui/torrent-document.ts')
      this.printJson(torrentJson(metainfo))
    } else {
      const { infoLines } = await import('../lib/ui/info-lines.ts')
      for (const line of infoLines(metainfo)) this.print(line)
    }
  }
}
