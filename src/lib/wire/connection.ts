// One peer connection without a socket or a clock: bytes and times come in, events and bytes come out. It is in exactly
// one phase: shaking (the peer's handshake is not complete), held (an acceptor has read it and not yet answered), open
// or closed; only an open connection reads messages.
import { equal } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import { MessageDecoder, type BlockTarget } from './decoder.ts'
import type { CloseReason, PeerEvent, WireFault } from './events.ts'
import { FastCommands } from './fast-commands.ts'
import { supportsExtended, supportsFast, type Handshake } from './handshake.ts'
import { MAX_PIECES } from '../metainfo/limits.ts'
import { Opening } from './opening.ts'

export type { BlockTarget, CloseReason, PeerEvent }

/** Milliseconds from the start until both handshakes must have passed. */
export const HANDSHAKE_TIMEOUT = 10_000
/** Milliseconds without a byte from the peer: two minutes, as BEP 3 has keep-alives, and a margin for their journey. */
export const IDLE_TIMEOUT: number = 120_000 + 20_000
/** Milliseconds without sending after which we send a keep-alive, well within the two minutes of BEP 3. */
export const KEEP_ALIVE_INTERVAL = 100_000
const NO_EVENTS: readonly PeerEvent[] = Object.freeze([])

export interface ConnectionOptions {
  /** Whether we opened the connection; then our handshake goes first. */
  readonly initiator: boolean
  /** Ours. */
  readonly peerId: PeerId
  /** Needed by an initiator; an acceptor learns it from the `handshake` event, or takes only this one if it is given. */
  readonly infoHash?: InfoHash
  /** Ours, 8 bytes. */
  readonly reserved: Uint8Array
  readonly target: BlockTarget
  /** Unknown for a magnet until `setPieceCount`. */
  readonly pieceCount?: number
  readonly now: number
}

/**
 * Every `now` is in milliseconds on one monotonic clock. After every call that may queue bytes, drain `pollTransmit` and
 * look at `deadline`. What the peer does wrong is a `closed` event; what the caller does wrong throws BtError INTERNAL.
 * Once closed, commands do nothing, `receive` and `handleTimeout` return no events and nothing more is transmitted.
 */
export class PeerConnection extends FastCommands {
  readonly #options: ConnectionOptions
  readonly #opening: Opening
  readonly #decoder: MessageDecoder
  #phase: 'shaking' | 'held' | 'open' | 'closed' = 'shaking'
  #lastReceived: number

  /** An initiator queues its handshake at once. */
  constructor(options: ConnectionOptions) {
    super(options.now)
    this.#options = options
    this.#opening = new Opening(options.peerId, options.infoHash)
    this.#decoder = new MessageDecoder(options.target, options.pieceCount)
    this.#lastReceived = options.now
    if (!options.initiator) return
    if (options.infoHash === undefined) throw new BtError('INTERNAL', 'an initiator needs an info-hash')
    this.#sendOurs(options.infoHash)
  }

  /** Both handshakes have passed, and the connection is not closed. */
  get handshakeDone(): boolean {
    return this.#phase === 'open'
  }
  get closed(): boolean {
    return this.#phase === 'closed'
  }
  /** The peer's handshake, once it is in, also where it was refused. */
  get remote(): Handshake | undefined {
    return this.#opening.remote
  }
  /** As of the last event returned, like `peerInterested`. */
  get peerChoking(): boolean {
    return this.#decoder.peerChoking
  }
  get peerInterested(): boolean {
    return this.#decoder.peerInterested
  }
  /** BEP 6: both handshakes are in and have its bit. */
  override get fast(): boolean {
    return this.#decoder.fast
  }
  /** When the last byte came; at first, when the connection was made. */
  get lastReceived(): number {
    return this.#lastReceived
  }

  /** When `handleTimeout` is wanted; Infinity: never. */
  get deadline(): number {
    if (this.#phase === 'closed') return Infinity
    if (this.#phase !== 'open') return this.#options.now + HANDSHAKE_TIMEOUT
    return Math.min(this.#lastReceived + IDLE_TIMEOUT, this.lastSent + KEEP_ALIVE_INTERVAL)
  }

  /** The chunk is borrowed until its events have been handled. */
  receive(chunk: Uint8Array, now: number): readonly PeerEvent[] {
    if (this.#phase === 'closed' || chunk.length === 0) return NO_EVENTS
    this.now = now
    this.#lastReceived = now
    const events: PeerEvent[] = []
    if (this.#phase === 'shaking') this.#shake(chunk, events)
    else if (this.#phase === 'held') this.#end(this.#opening.hold(chunk), events)
    else {
      this.#parseHeld(events)
      this.#parse(chunk, 0, events)
    }
    return events
  }

  /** Safe to call early. */
  handleTimeout(now: number): readonly PeerEvent[] {
    this.now = now
    if (now < this.deadline) return NO_EVENTS
    if (this.#phase !== 'open') {
      return this.close('handshake-timeout', `the handshakes did not both pass within ${HANDSHAKE_TIMEOUT / 1000} s`)
    }
    if (now >= this.#lastReceived + IDLE_TIMEOUT) {
      return this.close('idle-timeout', `nothing received for ${IDLE_TIMEOUT / 1000} s`)
    }
    this.sendKeepAlive()
    return NO_EVENTS
  }

  /**
   * An acceptor's answer to the `handshake` event: queues our handshake. Until then what the peer sends is only held.
   * Queue what should go out first (extension handshake, bitfield), then call `resume`, in this turn or a later one.
   * @param infoHash the one of the `handshake` event.
   * @param target replaces the target of the options, now that the torrent is known.
   */
  accept(infoHash: InfoHash, target?: BlockTarget): void {
    if (this.#phase === 'closed') return
    if (this.#phase !== 'held' || this.remote === undefined || !equal(infoHash, this.remote.infoHash)) {
      throw new BtError('INTERNAL', 'only the info-hash of a handshake that waits for its answer can be accepted')
    }
    if (target !== undefined) this.#decoder.target = target
    this.#phase = 'open'
    this.#sendOurs(infoHash)
  }

  /** The events of what the peer sent before it was accepted; without this call, the next `receive` returns them first. */
  resume(now: number): readonly PeerEvent[] {
    if (this.#phase !== 'open') return NO_EVENTS
    this.now = now
    const events: PeerEvent[] = []
    this.#parseHeld(events)
    return events
  }

  /** Once the metadata is known. What came before was checked against the limits only. */
  setPieceCount(count: number): void {
    if (!Number.isInteger(count) || count < 0 || count > MAX_PIECES) {
      throw new BtError('INTERNAL', `${count} is no number of pieces; 0 to ${MAX_PIECES} is`)
    }
    this.#decoder.pieceCount = count
  }

  /**
   * Takes the target away from the block that is arriving: its other bytes are skipped and its event says not wanted.
   * Needed before the target's memory is used for anything else while the connection lives.
   */
  abandonPartialBlock(): void {
    this.#decoder.abandonPartial()
  }

  /** Ends the connection and drops what is queued. @returns the `closed` event, or nothing if it was closed before. */
  close(reason: CloseReason, detail: string): readonly PeerEvent[] {
    if (this.#phase === 'closed') return NO_EVENTS
    this.#phase = 'closed'
    this.#opening.release()
    this.dropQueued()
    return [{ type: 'closed', reason, detail }]
  }

  protected override get takesExtended(): boolean {
    return this.remote !== undefined && supportsExtended(this.remote.reserved)
  }

  /** Nothing may precede our handshake. */
  protected override maySend(): boolean {
    if (this.#phase === 'open') return true
    if (this.#phase === 'closed') return false
    if (this.#options.initiator) return true
    throw new BtError('INTERNAL', 'nothing can be sent before the connection is accepted')
  }

  #sendOurs(infoHash: InfoHash): void {
    const { peerId, reserved } = this.#options
    this.sendHandshake({ infoHash, peerId, reserved })
  }

  #shake(chunk: Uint8Array, events: PeerEvent[]): void {
    const taken = this.#opening.read(chunk)
    if (typeof taken !== 'number') {
      this.#end(taken, events)
      return
    }
    if (this.remote === undefined) return
    const { infoHash, peerId, reserved } = this.remote
    this.#decoder.fast = supportsFast(reserved) && supportsFast(this.#options.reserved)
    events.push({ type: 'handshake', infoHash, peerId, reserved })
    this.#phase = this.#options.initiator ? 'open' : 'held'
    if (this.#phase === 'open') this.#parse(chunk, taken, events)
    else this.#end(this.#opening.hold(chunk.subarray(taken)), events)
  }

  #parseHeld(events: PeerEvent[]): void {
    for (const chunk of this.#opening.release()) this.#parse(chunk, 0, events)
  }

  #parse(chunk: Uint8Array, start: number, events: PeerEvent[]): void {
    if (this.#phase === 'open') this.#end(this.#decoder.decode(chunk, start, events), events)
  }

  #end(fault: WireFault | undefined, events: PeerEvent[]): void {
    if (fault !== undefined) events.push(...this.close(fault.reason, fault.detail))
  }
}
