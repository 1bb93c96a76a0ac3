// One peer as a source of the metadata. Each of its pieces is in at most one of these states: outstanding (asked, in time),
// late (asked, no longer waited for, but an answer still counts), refused.
import type { ExtensionPeer } from 'bt-toolbox/plugin'
import { BELIEVED_SIZE } from './size.ts'

/** Requests that one peer has to answer at a time: 64 KiB, a round trip's worth for most, little to lose with a slow one. */
export const MAX_OUTSTANDING = 4
/** Milliseconds until a request is made elsewhere. */
export const REQUEST_TIMEOUT = 10_000
/** Milliseconds in which a peer that let a request time out is not asked again, unless it answers after all. */
export const QUIET_AFTER_TIMEOUT = 30_000
/** Milliseconds that a reject stands (libtorrent: 20 to 70 s); by then a peer that was fetching itself may be done. */
export const REJECT_MEMORY = 30_000
/** Milliseconds in which other peers may contradict a claim beyond BELIEVED_SIZE. */
export const DOUBT = 5000

export class MetadataSource {
  readonly peer: ExtensionPeer
  /** Attempts that were its alone; who had fewer is tried first. */
  turns = 0
  #size = 0
  readonly #outstanding = new Map<number, number>()
  readonly #late = new Set<number>()
  readonly #refused = new Set<number>()
  // Each of these is a time, or Infinity while it does not apply.
  #refusedUntil = Infinity
  #quietUntil = Infinity
  #doubtedUntil = Infinity

  constructor(peer: ExtensionPeer) {
    this.peer = peer
  }

  /** Bytes of the whole metadata as this peer says; 0: it has not said, or nothing usable. */
  get size(): number {
    return this.#size
  }

  /** The first usable size stands (BEP 10: parts of later handshakes may be ignored): answers are measured against it. */
  announce(size: number, now: number): void {
    if (this.#size > 0) return
    this.#size = size
    if (size > BELIEVED_SIZE) this.#doubtedUntil = now + DOUBT
  }

  /** Its claim is large and too new to be believed of it alone. */
  get doubted(): boolean {
    return this.#doubtedUntil !== Infinity
  }

  /** May be asked for something now. */
  get ready(): boolean {
    return this.#size > 0 && this.#quietUntil === Infinity && this.#outstanding.size < MAX_OUTSTANDING
  }

  /** Has said no to the piece, or is asked for it already. */
  declines(piece: number): boolean {
    return this.#outstanding.has(piece) || this.#refused.has(piece)
  }

  outstanding(): ReadonlyMap<number, unknown> {
    return this.#outstanding
  }

  asked(piece: number, now: number): void {
    this.#late.delete(piece)
    this.#outstanding.set(piece, now + REQUEST_TIMEOUT)
  }

  /** An answer for the piece came. `unasked`: no request is without one. */
  answered(piece: number): 'asked' | 'unasked' {
    const inTime = this.#outstanding.delete(piece)
    const late = this.#late.delete(piece)
    return inTime || late ? 'asked' : 'unasked'
  }

  refused(piece: number, now: number): void {
    if (this.#refused.size === 0) this.#refusedUntil = now + REJECT_MEMORY
    this.#refused.add(piece)
  }

  /** Has refused some piece of late, so that it will not give the whole. */
  get refusing(): boolean {
    return this.#refused.size > 0
  }

  /** Not to be asked for a while. */
  hush(now: number): void {
    this.#quietUntil = now + QUIET_AFTER_TIMEOUT
  }

  unhush(): void {
    this.#quietUntil = Infinity
  }

  /** When `expire` has something to do next; Infinity: never. */
  get deadline(): number {
    return Math.min(this.#quietUntil, this.#refusedUntil, this.#doubtedUntil, ...this.#outstanding.values())
  }

  /** Acts on every time that has come. */
  expire(now: number): void {
    if (this.#quietUntil <= now) this.unhush()
    if (this.#doubtedUntil <= now) this.#doubtedUntil = Infinity
    if (this.#refusedUntil <= now) {
      this.#refused.clear()
      this.#refusedUntil = Infinity
    }
    for (const [piece, time] of this.#outstanding) {
      if (time > now) continue
      this.#outstanding.delete(piece)
      this.#late.add(piece)
      this.hush(now)
    }
  }
}
