import { DownloadCommand, downloadFlags } from '../cli/download-command.ts'
import { torrentArg } from '../cli/flags.ts'

export default class Download extends DownloadCommand {
  static override summary = 'Download a torrent.'
  static override description =
    'Resumes what an earlier run left. A single file goes to OUT, or into it where that is a folder or ends in /; the files of a multi-file torrent go into the folder OUT. Without -o, the name of the torrent is used. With --stdout one file goes to a pipe instead, in order and while it comes.'
  static override args = { torrent: torrentArg }
  static override flags = downloadFlags
  static override examples = [
    '<%= config.bin %> download a.torrent',
    '<%= config.bin %> download -o films/ a.torrent --peer 127.0.0.1:6881',
    '<%= config.bin %> download a.torrent --select 0,2-4 --json',
    '<%= config.bin %> download --stdout a.torrent --select "*.mkv" | mpv -',
    '<%= config.bin %> download a.torrent --sequential --priority "*.srt=high" --priority 7=low',
    `<%= config.bin %> download a.torrent --idle-time 2s --on-done 'ls -l "$BT_PATH"'`,
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Download)
    await this.download(args.torrent, flags)
  }
}
