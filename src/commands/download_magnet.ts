import { DownloadCommand, downloadFlags } from '../cli/download-command.ts'
import { linkArg } from '../cli/flags.ts'

export default class DownloadMagnet extends DownloadCommand {
  static override aliases = ['magnet_download']
  static override summary = 'Download what a magnet link names.'
  static override description = 'The metadata comes from peers first (BEP 9); then as `download`.'
  static override args = { link: linkArg }
  static override flags = downloadFlags
  static override examples = [
    '<%= config.bin %> download_magnet "magnet:?xt=urn:btih:c5fb9894bdaba464811b088d806bdd611ba490af&tr=http://127.0.0.1:6969/announce" -o out',
    '<%= config.bin %> download_magnet "magnet:?xt=urn:btih:c5fb9894bdaba464811b088d806bdd611ba490af" --peer 127.0.0.1:6881',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(DownloadMagnet)
    await this.download(args.link, flags)
  }
}
