// The coordinator of one torrent, sans-io: inputs are methods that take `now` (milliseconds, monotonic), outputs are
// `takeActions`, `takeUrgent` or `takeDirty`, and `deadline`. After every input the driver drains all outputs.
import type { PeerAddress } from '../base/address.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { Block } from '../metainfo/block.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { PeerKey, PickOrder, PieceRange } from '../picker/picker.ts'
import type { WireExtension } from '../plugin/api.ts'
import { PeerConnection } from '../wire/connection.ts'
import { reservedBytes, type Handshake } from '../wire/handshake.ts'
import type { TorrentAction } from './actions.ts'
import type { CoreMessages } from './core-extensions.ts'
import { Departures } from './departures.ts'
import { ExtensionHub } from './extension-hub.ts'
import { MAX_CONNECTIONS, TICK, UPLOAD_SLOTS } from './limits.ts'
import { Metadata } from './metadata.ts'
import { Outbox } from './outbox.ts'
import { OwnPieces } from './own-pieces.ts'
import type { SwarmPeer } from './peer.ts'
import { PeerEvents } from './peer-events.ts'
import { PieceChecks } from './piece-checks.ts'
import type { TransferLimits } from './rate-limit.ts'
import { PAUSED, Roster } from './roster.ts'
import { takeSnapshot, TorrentStats, type TorrentSnapshot } from './stats.ts'
import { openTransfer, type Transfer } from './transfer.ts'

export interface TorrentOptions {
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  /** [0, 1). */
  readonly random: () => number
  /** Where we listen; 0: nowhere. Told to peers (BEP 10 `p`). */
  readonly port: number
  readonly extensions: readonly WireExtension[]
  /** Our name and version (BEP 10 `v`). */
  readonly client: string
  readonly maxConnections?: number
  readonly uploadSlots?: number
  /** Only the metadata is wanted: peers are offered nothing that this does not take. */
  readonly probe?: boolean
  readonly limits?: TransferLimits
  /** Seed as BEP 16 has it: meant for the only seed of a new torrent. Has no effect unless every piece is there. */
  readonly superSeed?: boolean
}

export class Torrent {
  readonly stats: TorrentStats = new TorrentStats()
  readonly #options: TorrentOptions
  readonly #outbox: Outbox = new Outbox()
  readonly #metadata: Metadata
  readonly #roster: Roster
  readonly #events: PeerEvents
  readonly #hub: ExtensionHub
  readonly #departures: Departures
  readonly #pieces: OwnPieces
  #transfer: Transfer | undefined
  #limits: TransferLimits | undefined
  #nextTick = 0
  /** The time of the input under way, for what extensions do within it. */
  #now = 0

  constructor(options: TorrentOptions) {
    this.#options = options
    this.#limits = options.limits
    this.#metadata = new Metadata(options.infoHash)
    const { stats } = this
    const outbox = this.#outbox
    const roster = new Roster({
      outbox,
      maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
      peerId: options.peerId,
      port: options.port,
      complete: () => this.complete,
    })
    this.#roster = roster
    const transfer = (): Transfer | undefined => this.#transfer
    const rechoke = (now: number): void => this.#transfer?.uploads.rechoke(now, this.complete)
    const refill = (peer: SwarmPeer, now: number): void => this.#events.refill(peer, now)
    this.#departures = new Departures({ roster, transfer, refill, rechoke })
    const drop = (peer: SwarmPeer, reason: string, detail: string, now: number): void => {
      this.#departures.drop(peer, reason, detail, now)
    }
    const checks = new PieceChecks({ outbox, roster, stats, drop })
    this.#events = new PeerEvents({
      outbox,
      roster,
      stats,
      greet: peer => this.#hub.greet(peer, options.client, options.port),
      transfer,
      drop,
      pieceWhole: whole => checks.begin(whole),
      rechoke,
      complete: () => this.complete,
    })
    this.#pieces = new OwnPieces({
      outbox,
      roster,
      checks,
      events: this.#events,
      transfer,
      tellUploadOnly: peer => this.#hub.tellUploadOnly(peer),
    })
    // The last: it opens extensions, which may call back at once.
    this.#hub = new ExtensionHub(options.extensions, {
      infoHash: options.infoHash,
      metadata: () => this.#metadata.info?.raw,
      offerMetadata: raw => this.#offerMetadata(raw),
      addPeers: (peers, source) => {
        // BEP 27: a private torrent takes peers from its trackers only.
        if (this.info?.private !== true) roster.learn(peers, source, this.#now)
      },
      touch: peer => outbox.touch(peer),
      core: peer => (options.probe === true ? undefined : this.#coreMessages(peer)),
      uploadOnly: () => this.#pieces.uploadOnly,
      warn: message => outbox.alert({ type: 'warning', message }),
      dropPeer: (peer, reason, ban) => {
        if (ban) roster.ban(peer.address, reason)
        this.#departures.drop(peer, 'extension', reason, this.#now)
      },
    })
  }

  get infoHash(): InfoHash {
    return this.#options.infoHash
  }

  get info(): Info | undefined {
    return this.#metadata.info
  }

  /** Pieces verified and stored; undefined before `start`. */
  get have(): Bitfield | undefined {
    return this.#pieces.have
  }

  /** Every wanted piece is there. */
  get complete(): boolean {
    return this.#pieces.complete
  }

  /** Memory of partial and unchecked pieces. */
  get bufferedBytes(): number {
    return this.#transfer?.downloads.bufferedBytes ?? 0
  }

  get peers(): ReadonlyMap<PeerKey, SwarmPeer> {
    return this.#roster.peers
  }

  /** The info dictionary from a .torrent file, whose hash is known to be right. */
  setInfo(info: Info): void {
    this.#metadata.set(info)
  }

  /** The info dictionary from elsewhere than a peer. @returns whether its hash is this torrent's, usable or not. */
  offerMetadata(raw: Uint8Array, now: number): boolean {
    this.#now = now
    return this.#offerMetadata(raw)
  }

  /**
   * Storage is ready: transfers begin.
   * @param have the verified pieces; owned by the torrent from here on.
   * @param wanted the pieces to download.
   * @param order which of them first; the rarest by default.
   */
  start(have: Bitfield, wanted: Bitfield, now: number, order?: PickOrder): void {
    const info = this.#metadata.info
    if (info === undefined) throw new BtError('INTERNAL', 'a torrent can not start before its metadata is known')
    this.#now = now
    const layout = new PieceLayout(info.totalLength, info.pieceLength)
    const { infoHash, random, uploadSlots = UPLOAD_SLOTS, superSeed = false } = this.#options
    const { peers } = this.#roster
    const outbox = this.#outbox
    const pieces = { layout, have, wanted, order }
    this.#transfer = openTransfer({ infoHash, ...pieces, uploadSlots, superSeed, random, outbox, peers })
    this.#keepToLimits(now)
    this.#pieces.start(now)
    this.#roster.dial(now)
  }

  /** Takes the place of earlier limits. */
  setLimits(limits: TransferLimits, now: number): void {
    this.#now = now
    this.#limits = limits
    this.#keepToLimits(now)
  }

  addPeers(addresses: readonly PeerAddress[], source: string, now: number): number {
    this.#now = now
    return this.#roster.learn(addresses, source, now)
  }

  /** A `dial` succeeded. */
  connected(key: PeerKey, now: number): void {
    this.#now = now
    const peer = this.peers.get(key)
    if (peer === undefined) return
    const { infoHash, peerId, extensions, probe = false } = this.#options
    const connection = new PeerConnection({
      initiator: true,
      infoHash,
      peerId,
      reserved: reservedBytes({ extended: !probe || extensions.length > 0, fast: !probe }),
      target: block => this.#transfer?.downloads.target(peer, block),
      ...(this.#transfer && { pieceCount: this.#transfer.downloads.layout.pieceCount }),
      now,
    })
    this.#roster.attach(peer, connection, now)
  }

  /** A peer came to us and asked for this torrent. @returns its key, or undefined where it is not welcome. */
  adopt(connection: PeerConnection, handshake: Handshake, address: PeerAddress, now: number): PeerKey | undefined {
    this.#now = now
    const worse = this.#roster.replaceable(address, handshake.peerId, now)
    const peer = this.#roster.accept(connection, handshake.peerId, address, now, worse)
    if (peer === undefined) return undefined
    if (worse !== undefined) this.#departures.replace(worse, now)
    if (this.#transfer) connection.setPieceCount(this.#transfer.downloads.layout.pieceCount)
    connection.accept(this.infoHash, block => this.#transfer?.downloads.target(peer, block))
    this.#events.shookHands(peer, handshake, now)
    this.#events.handle(peer, connection.resume(now), now)
    return peer.key
  }

  /** Bytes from a peer; borrowed for the call. */
  receive(key: PeerKey, chunk: Uint8Array, now: number): void {
    this.#now = now
    const peer = this.peers.get(key)
    if (peer?.connection !== undefined) this.#events.handle(peer, peer.connection.receive(chunk, now), now)
  }

  /** The peer's socket took what there was to send. */
  drained(key: PeerKey, now: number): void {
    const peer = this.peers.get(key)
    if (peer === undefined) return
    peer.lastRead = now
    this.#transfer?.uploads.serve(peer, now)
  }

  /** A dial failed or a socket closed. */
  disconnected(key: PeerKey, detail: string, now: number): void {
    this.#now = now
    const peer = this.peers.get(key)
    if (peer !== undefined) this.#departures.drop(peer, peer.connection ? 'closed-by-peer' : 'unreachable', detail, now)
  }

  /**
   * A `serve` was read: `run` has its blocks as `frameRun` lays them out, ready to be sent; undefined: the read failed, and at
   * least one of the pieces is lost by now. The peer still waits for the others.
   */
  served(key: PeerKey, blocks: readonly Block[], run: Uint8Array | undefined, now: number): void {
    const peer = this.peers.get(key)
    if (this.#transfer === undefined) return
    if (peer === undefined) return this.#transfer.uploads.unsent(blocks)
    this.stats.upload.add(this.#transfer.uploads.served(peer, blocks, run, now), now)
    this.#transfer.uploads.serve(peer, now)
  }

  /** A checked piece matched its hash and is stored; `data`, its bytes, is the torrent's again. */
  pieceStored(piece: number, data: SharedBytes, now: number): void {
    this.#now = now
    this.#pieces.stored({ piece, data }, now)
  }

  /** A checked piece did not match its hash; `data`, its bytes, is the torrent's again. */
  pieceMismatched(piece: number, data: SharedBytes, now: number): void {
    this.#now = now
    this.#pieces.mismatched({ piece, data }, now)
  }

  /**
   * A verified piece turned out to be gone: it could not be read, or its hash is wrong now. Peers are told (BEP 54), and it is
   * downloaded again if it is wanted.
   */
  pieceLost(piece: number, now: number): void {
    this.#now = now
    this.#pieces.lost(piece, now)
  }

  /** A piece that was lost and is not wanted was put back by others, and verified. Peers hear of it as of any. */
  pieceFound(piece: number, now: number): void {
    this.#now = now
    this.#pieces.found(piece, now)
  }

  /** The storage keeps these verified pieces no longer, and nobody wants them again. Peers are told (BEP 54). */
  piecesReleased(pieces: readonly number[], now: number): void {
    this.#now = now
    this.#pieces.released(pieces)
  }

  /** Somebody waits for these pieces: they are asked for before all others, from the first to the last. */
  focus(ranges: readonly PieceRange[], now: number): void {
    this.#now = now
    this.#transfer?.downloads.focus(ranges)
    for (const peer of this.peers.values()) this.#events.reconsider(peer, now)
  }

  /** Safe to call early. */
  handleTimeout(now: number): void {
    this.#now = now
    this.#transfer?.downloads.handleLane(now)
    this.#transfer?.uploads.handleLane(now)
    if (now < this.#nextTick) return
    this.#nextTick = now + TICK
    for (const peer of this.peers.values()) this.#events.tick(peer, now)
    this.#transfer?.superSeed?.tick(now)
    const uploads = this.#transfer?.uploads
    if (uploads !== undefined && uploads.nextRound <= now) uploads.rechoke(now, this.complete)
    this.#departures.makeRoom(now)
    this.#roster.dial(now)
  }

  /** Ends every connection; nobody is dialled or accepted from here on. */
  shutdown(now: number): void {
    this.#now = now
    this.#departures.dropAll('local', 'shutting down', now)
  }

  /** Ends every connection until `resume`. Pieces that are being hashed and stored still count. */
  pause(now: number): void {
    this.#now = now
    this.#departures.dropAll(PAUSED, 'the torrent is paused', now)
  }

  resume(now: number): void {
    this.#now = now
    this.#roster.reopen(now)
  }

  takeActions(): readonly TorrentAction[] {
    return this.#outbox.takeActions()
  }

  /** Peers whose connection may have bytes to send that are not to wait. */
  takeUrgent(): readonly SwarmPeer[] {
    return this.#outbox.takeUrgent()
  }

  /** All peers whose connection may have bytes to send. What may wait goes out with what does not, or when all input is dealt with. */
  takeDirty(): readonly SwarmPeer[] {
    return this.#outbox.takeDirty()
  }

  get dirty(): boolean {
    return this.#outbox.dirty
  }

  get deadline(): number {
    if (this.peers.size === 0) return Math.max(this.#nextTick, this.#roster.deadline(this.#now))
    if (this.#transfer === undefined) return this.#nextTick
    const { downloads, uploads } = this.#transfer
    return Math.min(this.#nextTick, downloads.laneDeadline, uploads.laneDeadline)
  }

  snapshot(now: number): TorrentSnapshot {
    return takeSnapshot(this.stats, this.#roster, this.have, now)
  }

  #offerMetadata(raw: Uint8Array): boolean {
    if (!this.#metadata.matches(raw)) return false
    if (this.info !== undefined) return true
    try {
      this.#outbox.alert({ type: 'metadata', info: this.#metadata.accept(raw) })
    } catch (error) {
      // Not the fault of who brought it: this is what the torrent is.
      this.#outbox.push({ type: 'fatal', error })
    }
    return true
  }

  #keepToLimits(now: number): void {
    if (this.#limits === undefined || this.#transfer === undefined) return
    this.#transfer.downloads.limit(this.#limits.down, now)
    this.#transfer.uploads.limit(this.#limits.up, now)
  }

  #coreMessages(peer: SwarmPeer): CoreMessages {
    return {
      dontHave: (piece, now) => this.#events.pieces.onDontHave(peer, piece, now),
      uploadOnly: (value, now) => this.#events.onUploadOnly(peer, value, now),
    }
  }
}
