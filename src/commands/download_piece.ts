import { pieceArg, torrentArg } from '../cli/flags.ts'
import { PieceCommand, pieceFlags } from '../cli/piece-command.ts'

export default class DownloadPiece extends PieceCommand {
  static override summary = 'Download one piece of a torrent, verified against its hash.'
  static override args = { torrent: torrentArg, index: pieceArg }
  static override flags = pieceFlags
  static override examples = [
    '<%= config.bin %> download_piece -o piece-0 a.torrent 0',
    '<%= config.bin %> download_piece -o piece-0 a.torrent 0 --peer 127.0.0.1:6881',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(DownloadPiece)
    await this.downloadPiece(args.torrent, args.index, flags)
  }
}
