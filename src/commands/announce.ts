import { Flags } from '../cli/options.ts'
import {
  eventFlag,
  ipFlag,
  keyFlag,
  paramFlag,
  peerIdFlag,
  timeoutFlag,
  withParams,
  type EventFlag,
} from '../cli/announce-flags.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { oneTrackerFlag, torrentArg } from '../cli/flags.ts'
import { latin1, utf8 } from '../lib/base/bytes.ts'
import { BtError } from '../lib/base/errors.ts'
import type { PeerId } from '../lib/base/ids.ts'
import type { AnnounceOutcome } from '../lib/engine/announce-once.ts'
import type { TorrentSource } from '../lib/engine/source.ts'
import type { AnnounceRequest } from '../lib/plugin/api.ts'

const bytes = { helpValue: 'BYTES', min: 0 }

interface Fields {
  readonly 'peer-id': PeerId | undefined
  readonly port: number | undefined
  readonly uploaded: number | undefined
  readonly downloaded: number | undefined
  readonly left: number | undefined
  readonly event: EventFlag | undefined
  readonly numwant: number | undefined
  readonly key: number | undefined
  readonly ip: string | undefined
  readonly 'tracker-id': string | undefined
  readonly corrupt: number | undefined
  readonly compact: boolean
  readonly 'no-peer-id': boolean
}

export default class Announce extends BtCommand {
  static override summary = 'Announce a torrent to one tracker once, and show the whole answer.'
  static override description =
    "Every field of the announce can be set, and nothing is sent twice: a UDP packet that gets no answer is not sent again. The tracker is the torrent's first one, or that of --tracker alone. It may list you as a peer until you announce `--event stopped` with the same --peer-id and --port. Exit code 4 where the tracker refuses or does not answer."
  static override args = { torrent: torrentArg }
  static override flags = {
    tracker: oneTrackerFlag(),
    event: eventFlag(),
    'peer-id': peerIdFlag(),
    port: Flags.integer({
      description: 'the port to be listed with; one that nobody listens on by default',
      min: 0,
      max: 65_535,
    }),
    uploaded: Flags.integer({ description: 'bytes sent to peers; 0 by default', ...bytes }),
    downloaded: Flags.integer({ description: 'bytes received from peers; 0 by default', ...bytes }),
    left: Flags.integer({
      description: 'bytes still missing; all of them by default, 1 where the size is not known',
      ...bytes,
    }),
    corrupt: Flags.integer({ description: 'bytes received that did not match their hashes (HTTP)', ...bytes }),
    numwant: Flags.integer({
      description: 'how many peers to ask for; --numwant=-1 leaves it to the tracker',
      min: -1,
    }),
    key: keyFlag(),
    ip: ipFlag(),
    'tracker-id': Flags.string({ description: 'what the tracker called itself before (HTTP)', helpValue: 'ID' }),
    compact: Flags.boolean({
      description: 'ask for compact peers; --no-compact asks for dictionaries (HTTP)',
      allowNo: true,
      default: true,
    }),
    'no-peer-id': Flags.boolean({ description: 'ask for dictionaries without peer ids (HTTP)' }),
    param: paramFlag(),
    ipv4: Flags.boolean({ description: 'reach the tracker over IPv4 only' }),
    ipv6: Flags.boolean({ description: 'reach the tracker over IPv6 only' }),
    timeout: timeoutFlag,
    'show-request': Flags.boolean({ description: 'show what was sent and what came, as it went over the network' }),
  }
  static override examples = [
    '<%= config.bin %> announce a.torrent',
    '<%= config.bin %> announce a.torrent --tracker udp://127.0.0.1:6969/announce --show-request',
    '<%= config.bin %> announce d221f03eabf2a61ea8ab64a0afba3d6430970ee4 --tracker http://127.0.0.1:6969/announce --event none --left 0 --param supportcrypto=1 --json',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Announce)
    if (flags.ipv4 && flags.ipv6) throw new BtError('USAGE', '--ipv4 and --ipv6 exclude each other')
    const [{ loadSource }, { announceOnce }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/announce-once.ts'),
    ])
    const source = await loadSource(args.torrent, this.interrupted)
    const url = flags.tracker ?? this.#firstTracker(source)
    const outcome = await announceOnce({
      url: withParams(url, flags.param ?? []),
      request: await requestOf(source, flags),
      registry: await this.plugins(),
      signal: this.interrupted,
      timeout: flags.timeout * 1000,
      trusted: flags.tracker !== undefined,
      ...(flags.ipv4 && { family: 4 as const }),
      ...(flags.ipv6 && { family: 6 as const }),
      onWarning: message => this.noteWarning(message),
    })
    await this.#show(outcome, flags['show-request'])
  }

  #firstTracker({ tiers }: TorrentSource): string {
    const [first, ...others] = tiers.flat()
    if (first === undefined) throw new BtError('NO_TRACKER', 'the torrent names no tracker; name one with --tracker')
    if (others.length > 0)
      this.note(`announcing to the first of ${others.length + 1} trackers; --tracker names another`)
    return first
  }

  /** A refusal is an answer too, so it is shown with the rest, and its JSON is the one document. */
  async #show(outcome: AnnounceOutcome, steps: boolean): Promise<void> {
    const { announceLines, announceReport, stepLines } = await import('../lib/ui/announce-lines.ts')
    if (this.json) this.printJson(announceReport(outcome))
    else {
      for (const line of steps ? stepLines(outcome.steps) : []) this.print(line)
      for (const line of announceLines(outcome)) this.print(line)
    }
    if (!('error' in outcome.answer)) return
    this.note(`bt: ${outcome.answer.error.message}`)
    process.exitCode = outcome.answer.error.exitCode
  }
}

async function requestOf(source: TorrentSource, flags: Fields): Promise<AnnounceRequest> {
  const [{ newVisitor }, { NUM_WANT }] = await Promise.all([
    import('../lib/engine/peer-query.ts'),
    import('../lib/engine/announcing.ts'),
  ])
  const visitor = newVisitor()
  const { event = 'started', ip, corrupt, 'tracker-id': trackerId } = flags
  return {
    infoHash: source.infoHash,
    peerId: flags['peer-id'] ?? visitor.peerId,
    port: flags.port ?? visitor.port,
    uploaded: flags.uploaded ?? 0,
    downloaded: flags.downloaded ?? 0,
    left: flags.left ?? Math.max(1, source.info?.totalLength ?? 1),
    numWant: flags.numwant ?? NUM_WANT,
    key: flags.key ?? visitor.key,
    ...(event !== 'none' && { event }),
    ...(trackerId !== undefined && { trackerId: latin1(utf8(trackerId)) }),
    ...(ip !== undefined && { ip }),
    ...(corrupt !== undefined && { corrupt }),
    ...(!flags.compact && { compact: false }),
    ...(flags['no-peer-id'] && { noPeerId: true }),
  }
}
