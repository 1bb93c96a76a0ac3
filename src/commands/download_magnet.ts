import { DownloadCommand, downloadFlags } from '../cli/download-command.ts'
import { linkArg } from '../cli/flags.ts'

export default class DownloadMagnet extends DownloadCommand {
  static override aliases = ['magnet_download']
  static override summary = 'Download what a magnet link names.'
  static override description = 'The metadata comes from peers first (BEP 9); then as `download`.'
  static override args = { link: linkArg }
  static override flags = downloadFlags
  static override examples = [
    '<%= config.bin %> download_magnet "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4&tr=http://127.0.0.1:6969/announce" -o out',
    '<%= config.bin %> download_magnet "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4" --peer 127.0.0.1:6881',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(DownloadMagnet)
    await this.download(args.link, flags)
  }
}
