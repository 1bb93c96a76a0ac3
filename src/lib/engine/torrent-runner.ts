// The loop around one sans-io torrent: feeds it sockets, hashes, disk and time, and after every input drains all its
// outputs. Nothing is decided here.
import type { SharedBytes } from '../base/bytes.ts'
import type { PeerAddress } from '../base/address.ts'
import { messageOf } from '../base/errors.ts'
import type { Block } from '../metainfo/block.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import { PeerSocket, type PeerSocketOwner } from '../net/peer-socket.ts'
import type { SocketBudget } from '../net/socket-budget.ts'
import type { PeerKey, PickOrder, PieceRange } from '../picker/picker.ts'
import type { Hasher } from '../storage/hasher.ts'
import type { TorrentAction, TorrentAlert } from '../swarm/actions.ts'
import type { TransferLimits } from '../swarm/rate-limit.ts'
import type { Torrent } from '../swarm/torrent.ts'
import type { PeerConnection } from '../wire/connection.ts'
import type { Handshake } from '../wire/handshake.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { Content } from './content.ts'
import { DeadlineTimer } from './deadline-timer.ts'
import { keepPiece } from './keep-piece.ts'
import type { RunBuffers } from './run-buffers.ts'
import { LostPieces } from './lost-pieces.ts'
import { RunReader, type Unreadable } from './run-reader.ts'

export interface RunnerOptions {
  readonly torrent: Torrent
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly hasher: Hasher
  /** Of all torrents. */
  readonly runBuffers: RunBuffers
  /** That dialled connections count for. */
  readonly sockets: SocketBudget
  readonly onAlert: (alert: TorrentAlert) => void
  /** The torrent can not go on: the disk failed, or its metadata is unusable. */
  readonly onFatal: (error: unknown) => void
}

export class TorrentRunner {
  readonly torrent: Torrent
  readonly #options: RunnerOptions
  readonly #sockets = new Map<PeerKey, PeerSocket>()
  readonly #work = new Set<Promise<void>>()
  readonly #timer: DeadlineTimer
  #content: Content | undefined
  #reader: RunReader | undefined
  #info: Info | undefined
  /** Where what others have taken away is not downloaded again. */
  #lost: LostPieces | undefined
  #turnEnd: NodeJS.Immediate | undefined
  #draining = false
  #stopped = false

  constructor(options: RunnerOptions) {
    this.#options = options
    this.torrent = options.torrent
    this.#timer = new DeadlineTimer(options.now, () => this.#input(now => this.torrent.handleTimeout(now)))
  }

  /** The metadata is known and its storage ready: pieces may move. */
  start(info: Info, content: Content, have: Bitfield, wanted: Bitfield, order?: PickOrder): void {
    this.#info = info
    this.#content = content
    this.#reader = new RunReader(content, info.pieceLength, this.#options.runBuffers)
    const onFound = (piece: number): void => this.#input(now => this.torrent.pieceFound(piece, now))
    if (content.isRight !== undefined) this.#lost = new LostPieces({ isRight: content.isRight, onFound })
    this.#input(now => this.torrent.start(have, wanted, now, order))
  }

  /** @returns whether the bytes are this torrent's info dictionary. */
  offerMetadata(raw: Uint8Array): boolean {
    let accepted = false
    this.#input(now => {
      accepted = this.torrent.offerMetadata(raw, now)
    })
    return accepted
  }

  addPeers(addresses: readonly PeerAddress[], source: string): number {
    let fresh = 0
    this.#input(now => {
      fresh = this.torrent.addPeers(addresses, source, now)
    })
    return fresh
  }

  /** Bytes on their way to peers that the system has not taken yet. */
  get unsent(): number {
    let bytes = 0
    for (const socket of this.#sockets.values()) bytes += socket.unsent
    return bytes
  }

  setLimits(limits: TransferLimits): void {
    this.#input(now => this.torrent.setLimits(limits, now))
  }

  focus(ranges: readonly PieceRange[]): void {
    this.#input(now => this.torrent.focus(ranges, now))
  }

  release(pieces: readonly number[]): void {
    this.#input(now => this.torrent.piecesReleased(pieces, now))
  }

  pause(): void {
    this.#input(now => this.torrent.pause(now))
  }

  resume(): void {
    this.#input(now => this.torrent.resume(now))
  }

  /** A peer that came to our listener for this torrent. */
  adopt(visitor: {
    readonly socket: PeerSocket
    readonly connection: PeerConnection
    readonly handshake: Handshake
    readonly address: PeerAddress
  }): PeerSocketOwner | undefined {
    if (this.#stopped) return undefined
    let owner: PeerSocketOwner | undefined
    this.#input(now => {
      const key = this.torrent.adopt(visitor.connection, visitor.handshake, visitor.address, now)
      if (key === undefined) return
      visitor.socket.drive(visitor.connection)
      // Dropped already, for something it sent along with its handshake.
      if (!this.torrent.peers.has(key)) return
      this.#sockets.set(key, visitor.socket)
      owner = this.#ownerOf(key)
    })
    return owner
  }

  /** Closes all connections and waits until what was being hashed or written is done. */
  async stop(): Promise<void> {
    if (!this.#stopped) this.#input(now => this.torrent.shutdown(now))
    this.#stopped = true
    this.#timer.stop()
    await this.#lost?.stop()
    while (this.#work.size > 0) await Promise.all(this.#work)
  }

  #input(act: (now: number) => void): void {
    if (this.#stopped) return
    try {
      act(this.#options.now())
    } catch (error) {
      this.#options.onFatal(error)
      return
    }
    this.#drain()
  }

  /** The one law of the core: after every mutation, drain all output. An output may cause an input; the loop sees to it. */
  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    try {
      for (;;) {
        const actions = this.torrent.takeActions()
        for (const action of actions) this.#perform(action)
        const urgent = this.torrent.takeUrgent()
        for (const peer of urgent) this.#sockets.get(peer.key)?.flush()
        if (actions.length === 0 && urgent.length === 0) break
      }
    } finally {
      this.#draining = false
    }
    this.#timer.arm(this.torrent.deadline)
    if (this.torrent.dirty && this.#turnEnd === undefined) this.#turnEnd = setImmediate(() => this.#endTurn())
  }

  /** The event loop has dealt with all that had come: what could wait until now is sent. */
  #endTurn(): void {
    this.#turnEnd = undefined
    this.#input(() => {
      for (const peer of this.torrent.takeDirty()) this.#sockets.get(peer.key)?.flush()
    })
  }

  #perform(action: TorrentAction): void {
    switch (action.type) {
      case 'dial':
        return this.#dial(action.key, action.address)
      case 'drop': {
        const socket = this.#sockets.get(action.key)
        this.#sockets.delete(action.key)
        socket?.flush()
        socket?.close()
        return
      }
      case 'check':
        return this.#track(this.#check(action.piece, action.data))
      case 'serve':
        return this.#track(this.#serve(action.key, action.blocks))
      case 'alert':
        return this.#options.onAlert(action.alert)
      case 'fatal':
        return this.#options.onFatal(action.error)
    }
  }

  #dial(key: PeerKey, address: PeerAddress): void {
    this.#sockets.set(key, PeerSocket.dial(address, this.#ownerOf(key), this.#options.sockets))
  }

  #ownerOf(key: PeerKey): PeerSocketOwner {
    return {
      connected: () => {
        this.#input(now => this.torrent.connected(key, now))
        const connection = this.torrent.peers.get(key)?.connection
        const socket = this.#sockets.get(key)
        if (connection === undefined || socket === undefined) return
        socket.drive(connection)
        socket.flush()
      },
      received: chunk => this.#input(now => this.torrent.receive(key, chunk, now)),
      flushed: () => this.#input(now => this.torrent.drained(key, now)),
      sent: chunk => this.#options.runBuffers.recycle(chunk),
      closed: detail => {
        this.#sockets.delete(key)
        this.#input(now => this.torrent.disconnected(key, detail, now))
      },
    }
  }

  async #check(piece: number, data: SharedBytes): Promise<void> {
    if (this.#info === undefined || this.#content === undefined) return
    const kept = await keepPiece(this.#content, this.#options.hasher, {
      offset: piece * this.#info.pieceLength,
      data,
      hash: pieceHash(this.#info, piece),
    })
    const outcome = kept === 'kept' ? 'pieceStored' : 'pieceMismatched'
    // A piece that was on its way when we were stopped still counts: what follows saves it as done.
    if (this.#stopped) this.torrent[outcome](piece, data, this.#options.now())
    else this.#input(now => this.torrent[outcome](piece, data, now))
  }

  async #serve(key: PeerKey, blocks: readonly Block[]): Promise<void> {
    if (this.#reader === undefined) return
    const run = await this.#reader.read(blocks)
    if (run instanceof Uint8Array) this.#input(now => this.torrent.served(key, blocks, run, now))
    else this.#missed(key, blocks, run)
  }

  /** What can not be read is not served any more; the rest of the torrent is. */
  #missed(key: PeerKey, blocks: readonly Block[], { pieces, cause }: Unreadable): void {
    this.#input(now => {
      for (const piece of pieces) {
        this.torrent.pieceLost(piece, now)
        this.#lost?.add(piece)
      }
      this.torrent.served(key, blocks, undefined, now)
    })
    const [first] = pieces
    const named = pieces.size === 1 ? `piece ${first} is` : `${pieces.size} pieces, the first ${first}, are`
    this.#options.onAlert({ type: 'warning', message: `${named} no longer served: ${messageOf(cause)}` })
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#options.onFatal(error))
      .finally(() => this.#work.delete(tracked))
    this.#work.add(tracked)
  }
}
