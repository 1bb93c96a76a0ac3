// A peer of ours in the simulation: a real `Torrent`, driven as engine/torrent-runner.ts drives it, with the content in
// memory. After every input all outputs are drained.
import type { PeerAddress } from '../../../src/lib/base/address.ts'
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import { equal, type SharedBytes } from '../../../src/lib/base/bytes.ts'
import type { PeerId } from '../../../src/lib/base/ids.ts'
import type { PeerKey, PickOrder } from '../../../src/lib/picker/picker.ts'
import type { WireExtension } from '../../../src/lib/plugin/api.ts'
import type { TorrentAction, TorrentAlert } from '../../../src/lib/swarm/actions.ts'
import type { TransferLimits } from '../../../src/lib/swarm/rate-limit.ts'
import { Torrent } from '../../../src/lib/swarm/torrent.ts'
import { frameRun, runLength } from '../../../src/lib/wire/block-run.ts'
import { PeerConnection } from '../../../src/lib/wire/connection.ts'
import { encodeHandshake, reservedBytes } from '../../../src/lib/wire/handshake.ts'
import type { Timer } from './clock.ts'
import type { Content } from './content.ts'
import type { Host, Link, Network, Wire, WireOwner } from './network.ts'

/** Bytes that a wire holds, as a socket buffer would. */
const WINDOW = 256 * 1024
const CHECK_TIME = 5
/** Milliseconds to read a run of blocks. */
const READ_TIME = 1

export interface NodeOptions {
  readonly address: PeerAddress
  readonly peerId: PeerId
  readonly link: Link
  readonly content: Content
  readonly have: 'all' | 'none' | readonly number[]
  readonly wanted?: readonly number[]
  readonly order?: PickOrder
  /** True: starts from the info-hash alone. */
  readonly magnet?: boolean
  readonly extensions?: readonly WireExtension[]
  /** False: as a peer that has not got the fast extension (BEP 6). */
  readonly fast?: boolean
  readonly superSeed?: boolean
  readonly maxConnections?: number
  readonly uploadSlots?: number
  readonly limits?: TransferLimits
  /** Milliseconds to hash and store a piece. */
  readonly checkTime?: number
  readonly random: () => number
  /** Every wanted piece is there. */
  readonly onComplete?: (node: Node) => void
}

export interface TimedAlert {
  readonly at: number
  readonly alert: TorrentAlert
}

export class Node {
  readonly torrent: Torrent
  readonly address: PeerAddress
  readonly alerts: TimedAlert[] = []
  /** Pieces that are being checked. */
  readonly checking = new Set<number>()
  readonly #options: NodeOptions
  readonly #network: Network
  readonly #host: Host
  readonly #wires = new Map<PeerKey, Wire>()
  /** What is sent over each wire; still there when the torrent has let go of the peer. */
  readonly #connections = new Map<PeerKey, PeerConnection>()
  readonly #stored = new Map<number, Uint8Array>()
  #timer: Timer | undefined
  #draining = false
  #started = false

  constructor(network: Network, options: NodeOptions) {
    const { address, content, peerId, random, extensions = [], maxConnections, uploadSlots, fast, superSeed } = options
    const { limits } = options
    this.#options = options
    this.#network = network
    this.address = address
    this.torrent = new Torrent({
      infoHash: content.info.infoHash,
      peerId,
      random,
      port: address.port,
      extensions,
      client: `sim ${address.port}`,
      probe: fast === false,
      ...(superSeed !== undefined && { superSeed }),
      ...(maxConnections !== undefined && { maxConnections }),
      ...(uploadSlots !== undefined && { uploadSlots }),
      ...(limits !== undefined && { limits }),
    })
    this.#host = network.join(address, options.link, (wire, from) => this.#welcome(wire, from))
    if (options.magnet === true) return
    this.torrent.setInfo(content.info)
    this.#start()
  }

  get link(): Link {
    return this.#options.link
  }

  get now(): number {
    return this.#network.clock.now
  }

  get extensions(): readonly WireExtension[] {
    return this.#options.extensions ?? []
  }

  /** The info dictionary comes from elsewhere than a peer. */
  offerMetadata(): void {
    this.#input(now => this.torrent.offerMetadata(this.#options.content.info.raw, now))
  }

  /** The storage loses a piece, and a read finds it out. */
  lose(piece: number): void {
    this.#stored.delete(piece)
    this.#input(now => this.torrent.pieceLost(piece, now))
  }

  /** Verified pieces that the storage keeps no longer, and nobody wants. */
  release(pieces: readonly number[]): void {
    this.#input(now => this.torrent.piecesReleased(pieces, now))
  }

  know(...peers: readonly { readonly address: PeerAddress }[]): void {
    const addresses = peers.map(peer => peer.address)
    this.#input(now => this.torrent.addPeers(addresses, 'test', now))
  }

  /** Whether every wanted piece is there, byte for byte. */
  get finished(): boolean {
    return this.torrent.complete && this.wantedPieces().every(index => this.#stored.has(index))
  }

  setLimits(limits: TransferLimits): void {
    this.#input(now => this.torrent.setLimits(limits, now))
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#network.leave(this.#host)
    for (const wire of this.#wires.values()) wire.lose('connection lost')
    this.#input(now => this.torrent.shutdown(now))
  }

  /** Its network is gone: connections are lost, and nobody reaches it. */
  unplug(): void {
    this.#network.leave(this.#host)
    for (const wire of this.#wires.values()) wire.lose('connection lost')
  }

  plugIn(): void {
    this.#network.enter(this.#host)
  }

  /** Stops as the engine does: peers are dropped in order. */
  shutdown(): void {
    this.#input(now => this.torrent.shutdown(now))
  }

  /** The network loses the connection to one peer. */
  loseWireTo(address: PeerAddress): void {
    for (const peer of this.torrent.peers.values()) {
      if (peer.address.port === address.port) this.#wires.get(peer.key)?.lose('connection lost')
    }
  }

  count(type: TorrentAlert['type']): number {
    return this.of(type).length
  }

  /** The alerts of one kind, oldest first. */
  of<Type extends TorrentAlert['type']>(type: Type): Extract<TorrentAlert, { type: Type }>[] {
    return this.alerts.flatMap(({ alert }) =>
      alert.type === type ? [alert as Extract<TorrentAlert, { type: Type }>] : [],
    )
  }

  wantedPieces(): readonly number[] {
    const { wanted, content } = this.#options
    return wanted ?? Array.from({ length: content.info.pieceCount }, (_, index) => index)
  }

  #start(): void {
    const { content, have } = this.#options
    const { pieceCount } = content.info
    const verified = have === 'all' ? Bitfield.full(pieceCount) : new Bitfield(pieceCount)
    if (typeof have !== 'string') for (const index of have) verified.set(index)
    for (const index of verified.indices()) this.#stored.set(index, content.piece(index))
    const wanted = new Bitfield(pieceCount)
    for (const index of this.wantedPieces()) wanted.set(index)
    this.#started = true
    this.#input(now => this.torrent.start(verified, wanted, now, this.#options.order))
  }

  #input(act: (now: number) => void): void {
    act(this.now)
    if (this.#draining) return
    this.#draining = true
    for (;;) {
      const actions = this.torrent.takeActions()
      for (const action of actions) this.#perform(action)
      const dirty = this.torrent.takeDirty()
      for (const peer of dirty) this.#flush(peer.key)
      if (actions.length === 0 && dirty.length === 0) break
    }
    this.#draining = false
    this.#arm()
  }

  #arm(): void {
    const { deadline } = this.torrent
    // A driver's timers are no finer than a millisecond, so a deadline in the past can not stop the clock.
    const at = deadline === Infinity ? Infinity : Math.max(deadline, this.now + 1)
    if (this.#timer?.at === at) return
    this.#timer?.cancel()
    this.#timer = undefined
    if (at === Infinity) return
    this.#timer = this.#network.clock.schedule(at, () => {
      this.#timer = undefined
      this.#input(now => this.torrent.handleTimeout(now))
    })
  }

  #perform(action: TorrentAction): void {
    switch (action.type) {
      case 'dial': {
        const { key } = action
        const wire = this.#host.dial(action.address, this.#ownerOf(key), () => {
          this.#input(now => this.torrent.connected(key, now))
          this.#drive(key)
        })
        this.#wires.set(key, wire)
        return
      }
      case 'drop': {
        const wire = this.#wires.get(action.key)
        this.#flush(action.key)
        this.#forget(action.key)
        wire?.end()
        return
      }
      case 'check':
        return this.#check(action.piece, action.data)
      case 'serve':
        this.#network.clock.after(READ_TIME, () => {
          const run = new Uint8Array(runLength(action.blocks))
          for (const [index, gap] of frameRun(action.blocks, run).entries()) {
            const { piece, offset, length } = action.blocks[index] ?? { piece: -1, offset: 0, length: 0 }
            const bytes = this.#stored.get(piece)
            if (bytes === undefined && this.count('pieceLost') > 0) {
              return this.#input(now => this.torrent.served(action.key, action.blocks, undefined, now))
            }
            if (bytes === undefined) throw new Error(`asked to serve piece ${piece}, which is not there`)
            gap.set(bytes.subarray(offset, offset + length))
          }
          this.#input(now => this.torrent.served(action.key, action.blocks, run, now))
        })
        return
      case 'alert':
        this.alerts.push({ at: this.now, alert: action.alert })
        if (action.alert.type === 'complete') this.#options.onComplete?.(this)
        if (action.alert.type === 'metadata' && !this.#started)
          this.#network.clock.after(CHECK_TIME, () => this.#start())
    }
  }

  /** Compares with the content instead of hashing: as strict, and a thousand peers stay cheap. */
  #check(piece: number, data: SharedBytes): void {
    const expected = this.#options.content.piece(piece)
    const before = this.#network.carriage === 'crumbs' ? data.slice() : data
    this.checking.add(piece)
    this.#network.clock.after(this.#options.checkTime ?? CHECK_TIME, () => {
      this.checking.delete(piece)
      if (!equal(before, data)) throw new Error(`piece ${piece} changed while it was checked`)
      const matches = equal(data, expected)
      if (matches) this.#stored.set(piece, expected)
      this.#input(now => this.torrent[matches ? 'pieceStored' : 'pieceMismatched'](piece, data, now))
      // A bad copy may be kept, to be compared.
      if (matches) data.fill(0xdd)
    })
  }

  /** As net/listener.ts: nobody's peer until its handshake says what it came for. */
  #welcome(wire: Wire, from: PeerAddress): WireOwner {
    const { peerId, fast = true } = this.#options
    const reserved = reservedBytes({ extended: true, fast })
    const connection = new PeerConnection({
      initiator: false,
      peerId,
      reserved,
      target: () => undefined,
      now: this.now,
    })
    return {
      received: chunk => {
        for (const event of connection.receive(chunk, this.now)) {
          if (event.type === 'closed') {
            if (event.reason === 'self-connection' && connection.remote !== undefined) {
              wire.send(encodeHandshake({ infoHash: connection.remote.infoHash, peerId, reserved }))
            }
            return wire.end()
          }
          if (event.type === 'handshake') return this.#adopt(wire, connection, event, from)
        }
      },
      drained: () => undefined,
      closed: () => undefined,
    }
  }

  #adopt(wire: Wire, connection: PeerConnection, handshake: Parameters<Torrent['adopt']>[1], from: PeerAddress): void {
    let welcome = false
    this.#input(now => {
      const key = this.torrent.adopt(connection, handshake, from, now)
      if (key === undefined || !this.torrent.peers.has(key)) return
      welcome = true
      this.#wires.set(key, wire)
      this.#connections.set(key, connection)
      wire.owner = this.#ownerOf(key)
    })
    if (!welcome) wire.end()
  }

  #ownerOf(key: PeerKey): WireOwner {
    return {
      received: chunk => this.#input(now => this.torrent.receive(key, chunk, now)),
      drained: () => this.#flush(key),
      closed: detail => {
        this.#forget(key)
        this.#input(now => this.torrent.disconnected(key, detail, now))
      },
    }
  }

  /** From now on the bytes of the peer's connection are sent. */
  #drive(key: PeerKey): void {
    const connection = this.torrent.peers.get(key)?.connection
    if (connection === undefined) return
    this.#connections.set(key, connection)
    this.#flush(key)
  }

  #forget(key: PeerKey): void {
    this.#wires.delete(key)
    this.#connections.delete(key)
  }

  #flush(key: PeerKey): void {
    const wire = this.#wires.get(key)
    const connection = this.#connections.get(key)
    if (wire === undefined || connection === undefined) return
    let moved = false
    while (wire.queued < WINDOW) {
      const chunk = connection.pollTransmit()
      if (chunk === undefined) break
      wire.send(chunk)
      moved = true
    }
    if (moved) this.#input(now => this.torrent.drained(key, now))
  }
}
