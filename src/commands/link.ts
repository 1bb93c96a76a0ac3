import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { peerFlag, selectFlag, trackerFlag } from '../cli/flags.ts'
import { webSeedFlag } from '../cli/torrent-flags.ts'

export default class Link extends BtCommand {
  static override summary = 'Make a magnet link of a torrent.'
  static override description =
    'Of a .torrent file, with its name, trackers and web seeds; of an info-hash; or of another magnet link, to which its flags add. Prints the link alone. `magnet_info --save` goes the other way.'
  static override args = {
    torrent: Args.string({
      required: true,
      description: 'a .torrent file, its http(s) URL, a magnet link, 40 hex digits of an info-hash, or -',
    }),
  }
  static override flags = {
    tracker: trackerFlag({ description: 'a tracker besides those of the torrent (may be repeated)' }),
    'no-trackers': Flags.boolean({ description: 'leave out the trackers of the torrent' }),
    peer: peerFlag({ description: 'a peer to start from, as ip:port or [ip]:port (may be repeated)' }),
    'web-seed': webSeedFlag(),
    select: selectFlag(),
    name: Flags.string({ description: 'the name to show until the metadata is there', helpValue: 'NAME' }),
  }
  static override examples = [
    '<%= config.bin %> link a.torrent',
    '<%= config.bin %> link a.torrent --select 0,2-4 --peer 127.0.0.1:6881',
    '<%= config.bin %> link d221f03eabf2a61ea8ab64a0afba3d6430970ee4 --tracker http://127.0.0.1:6969/announce',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Link)
    const [{ loadSource }, { linkOf }, { formatMagnet }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/link.ts'),
      import('../lib/metainfo/magnet.ts'),
    ])
    const magnet = linkOf(await loadSource(args.torrent, this.interrupted), {
      trackers: flags.tracker ?? [],
      ownTrackers: !flags['no-trackers'],
      peers: flags.peer ?? [],
      webSeeds: flags['web-seed'] ?? [],
      ...(flags.select !== undefined && { select: flags.select }),
      ...(flags.name !== undefined && { name: flags.name }),
    })
    const link = formatMagnet(magnet)
    if (!this.json) return this.print(link)
    const { magnetJson } = await import('../lib/ui/magnet-lines.ts')
    this.printJson({ magnet: link, ...magnetJson(magnet) })
  }
}
