import { linkArg, pieceArg } from '../cli/flags.ts'
import { PieceCommand, pieceFlags } from '../cli/piece-command.ts'

export default class MagnetDownloadPiece extends PieceCommand {
  static override summary = 'Download one piece of what a magnet link names.'
  static override args = { link: linkArg, index: pieceArg }
  static override flags = pieceFlags
  static override examples = [
    '<%= config.bin %> magnet_download_piece -o piece-0 "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4&tr=http://127.0.0.1:6969/announce" 0',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(MagnetDownloadPiece)
    await this.downloadPiece(args.link, args.index, flags)
  }
}
