import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg, trackerFlag } from '../cli/flags.ts'
import { formatAddress } from '../lib/base/address.ts'
import { hex } from '../lib/base/bytes.ts'

export default class Peers extends BtCommand {
  static override summary = 'Ask the trackers of a torrent for peers.'
  static override description =
    'Prints one ip:port a line, IPv6 as [ip]:port, each address once. Every tracker is asked, all at the same time; one that fails is warned of, and only where all fail the command does.'
  static override args = { torrent: torrentArg }
  static override flags = {
    tracker: trackerFlag(),
    numwant: Flags.integer({ description: 'how many peers to ask each tracker for', helpValue: 'N', min: 1 }),
  }
  static override examples = [
    '<%= config.bin %> peers a.torrent',
    '<%= config.bin %> peers a.torrent --numwant 10 --json',
    '<%= config.bin %> peers d221f03eabf2a61ea8ab64a0afba3d6430970ee4 --tracker http://127.0.0.1:6969/announce',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Peers)
    const [{ loadSource }, { addTrackers }, { queryPeers }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/add-trackers.ts'),
      import('../lib/engine/peer-query.ts'),
    ])
    const source = addTrackers(await loadSource(args.torrent, this.interrupted), flags.tracker)
    const { peers, answers, left } = await queryPeers({
      source,
      registry: await this.plugins(),
      signal: this.interrupted,
      onWarning: message => this.noteWarning(message),
      ...(flags.numwant !== undefined && { numWant: flags.numwant }),
    })
    for (const answer of answers) if ('error' in answer) this.noteWarning(answer.error.message)
    const addresses = peers.map(formatAddress)
    if (this.json) {
      const { announceJson } = await import('../lib/ui/tracker-answers.ts')
      this.printJson({ infoHash: hex(source.infoHash), peers: addresses, trackers: answers.map(announceJson) })
    } else {
      for (const address of addresses) this.print(address)
      if (addresses.length === 0) this.note(`no tracker names a peer of ${hex(source.infoHash)}`)
    }
    await left
  }
}
