import { randomBytes } from 'node:crypto'
import { Args } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg, trackerFlag } from '../cli/flags.ts'
import { formatAddress, parseAddress, type PeerAddress } from '../lib/base/address.ts'
import { hex } from '../lib/base/bytes.ts'
import type { BtError } from '../lib/base/errors.ts'
import { makePeerId } from '../lib/base/ids.ts'
import type { ProbeOptions, ProbeResult } from '../lib/engine/probe.ts'
import type { TorrentSource } from '../lib/engine/source.ts'

export default class Handshake extends BtCommand {
  static override summary = 'Shake hands with one peer, or with every peer that the trackers name.'
  static override description =
    'Prints "Peer ID: " and 40 hexadecimal digits. Without an address, all peers are tried in parallel, and each that answers has a line with its address, client, reserved bits in words, round trip and peer id.'
  static override args = {
    torrent: torrentArg,
    address: Args.string({ description: 'ip:port or [ip]:port of a peer' }),
  }
  static override flags = { tracker: trackerFlag() }
  static override examples = [
    '<%= config.bin %> handshake a.torrent 127.0.0.1:6881',
    '<%= config.bin %> handshake a.torrent',
    '<%= config.bin %> handshake d221f03eabf2a61ea8ab64a0afba3d6430970ee4 127.0.0.1:6881 --json',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Handshake)
    const address = args.address === undefined ? undefined : parseAddress(args.address)
    const { loadSource } = await import('../lib/engine/source.ts')
    const source = await loadSource(args.torrent, this.interrupted)
    const options = {
      infoHash: source.infoHash,
      peerId: makePeerId(length => randomBytes(length)),
      signal: this.interrupted,
    }
    if (address !== undefined) return this.#one(address, options)
    const { addTrackers } = await import('../lib/engine/add-trackers.ts')
    return this.#all(addTrackers(source, flags.tracker), options)
  }

  async #one(address: PeerAddress, options: ProbeOptions): Promise<void> {
    const [{ probe }, { handshakeJson, handshakeNote, peerIdLine }] = await Promise.all([
      import('../lib/engine/probe.ts'),
      import('../lib/ui/handshake-lines.ts'),
    ])
    const result = await probe(address, options)
    if (this.json) return this.printJson(handshakeJson(result))
    this.print(peerIdLine(result))
    this.note(handshakeNote(result))
  }

  async #all(source: TorrentSource, options: ProbeOptions): Promise<void> {
    const [{ findPeers }, { noneMet, shakeHands }] = await Promise.all([
      import('../lib/engine/find-peers.ts'),
      import('../lib/engine/shake-hands.ts'),
    ])
    const registry = await this.plugins()
    const onWarning = (message: string): void => this.noteWarning(message)
    const peers = (signal: AbortSignal): AsyncIterable<PeerAddress> =>
      findPeers({ source, registry, signal, onWarning })
    const met: ProbeResult[] = []
    const failures: { readonly address: PeerAddress; readonly error: BtError }[] = []
    for await (const outcome of shakeHands({ ...options, peers })) {
      if (outcome.type === 'met') met.push(outcome.result)
      else failures.push(outcome)
    }
    this.interrupted.throwIfAborted()
    const errors = failures.map(({ error }) => error)
    if (met.length === 0) throw noneMet(source.infoHash, errors)
    await this.#show(source, met, failures)
  }

  async #show(
    source: TorrentSource,
    met: readonly ProbeResult[],
    failures: readonly { readonly address: PeerAddress; readonly error: BtError }[],
  ): Promise<void> {
    const { handshakeJson, handshakeTable } = await import('../lib/ui/handshake-lines.ts')
    if (this.json) {
      const { errorJson } = await import('../lib/ui/tracker-answers.ts')
      const failed = failures.map(({ address, error }) => ({
        address: formatAddress(address),
        error: errorJson(error),
      }))
      return this.printJson({ infoHash: hex(source.infoHash), peers: met.map(handshakeJson), failed })
    }
    for (const { error } of failures) this.note(error.message)
    for (const line of handshakeTable(met)) this.print(line)
    this.note(`${met.length} of ${met.length + failures.length} peers shook hands`)
  }
}
