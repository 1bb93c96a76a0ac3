// Fetching the metadata of one torrent from all of its peers at once. At most one attempt runs. When assembled bytes fail
// the hash and several peers gave them, each later attempt takes all of its pieces from one peer, so that a lie has a name.
import type { ExtensionTorrent, Toolkit } from 'bt-toolbox/plugin'
import type { Attempt } from './attempt.ts'
import { chooseShared, chooseSole } from './choice.ts'
import { encodeRequest, type DataMessage } from './message.ts'
import { metadataPieceLength } from './pieces.ts'
import type { MetadataSource } from './source.ts'

/** Milliseconds of a peer's first turn alone while another waits; the second is twice as long, and so on. */
export const SOLE_TURN = 60_000

export class MetadataFetch {
  readonly #torrent: ExtensionTorrent
  readonly #kit: Toolkit
  readonly #sources = new Set<MetadataSource>()
  #attempt: Attempt | undefined
  #trust: 'everyone' | 'one at a time' = 'everyone'
  #accepted = false

  constructor(torrent: ExtensionTorrent, kit: Toolkit) {
    this.#torrent = torrent
    this.#kit = kit
  }

  /** The metadata is known, from us or otherwise: nothing is left to do. */
  get done(): boolean {
    return this.#accepted || this.#torrent.metadata() !== undefined
  }

  /** The peer can be asked; called again when its size has changed. */
  join(source: MetadataSource, now: number): void {
    this.#sources.add(source)
    this.#advance(now)
  }

  /** The peer is gone, or speaks the extension no longer. */
  leave(source: MetadataSource, now: number): void {
    if (this.#sources.delete(source)) this.#advance(now)
  }

  onData(source: MetadataSource, { piece, totalSize, bytes }: DataMessage, now: number): void {
    // Data that was not asked for is ignored: it costs no memory.
    if (this.done || source.answered(piece) === 'unasked') return
    const size = totalSize ?? source.size
    const length = metadataPieceLength(source.size, piece)
    if (size !== source.size || bytes.length !== length) {
      const fault = `${bytes.length} bytes of ${size}, instead of ${length} bytes of ${source.size}`
      source.peer.close(`sent metadata piece ${piece} with ${fault}`)
      this.leave(source, now)
      return
    }
    source.unhush()
    if (this.#attempt?.takesFrom(source) === true) {
      this.#attempt.store(piece, bytes, source)
      if (this.#attempt.complete) this.#finish(this.#attempt)
    }
    this.#advance(now)
  }

  onReject(source: MetadataSource, piece: number, now: number): void {
    if (this.done || source.answered(piece) === 'unasked') return
    source.refused(piece, now)
    this.#advance(now)
  }

  /** When this source wants `handleTimeout`; Infinity: never. */
  deadline(source: MetadataSource): number {
    return this.done || !this.#sources.has(source) ? Infinity : source.deadline
  }

  handleTimeout(source: MetadataSource, now: number): void {
    source.expire(now)
    this.#advance(now)
  }

  /** Asks whom it can for what is missing, in a new attempt where the present one can not go on. */
  #advance(now: number): void {
    if (this.done) {
      this.#attempt = undefined
      this.#sources.clear()
      return
    }
    if (this.#attempt === undefined || this.#isStuck(this.#attempt, now)) this.#begin(now)
    if (this.#attempt !== undefined) this.#ask(this.#attempt, now)
  }

  #ask(attempt: Attempt, now: number): void {
    const askers = attempt.countAskers(this.#sources)
    for (const source of this.#sources) {
      if (!attempt.takesFrom(source)) continue
      while (source.ready) {
        const piece = attempt.nextFor(source, askers)
        if (piece === undefined) break
        if (source.peer.send(encodeRequest(this.#kit, piece))) {
          source.asked(piece, now)
          askers.set(piece, (askers.get(piece) ?? 0) + 1)
        } else {
          source.hush(now)
        }
      }
    }
  }

  /** No source of the attempt is asked or can be asked; or its only source will not give all, or has had its turn. */
  #isStuck(attempt: Attempt, now: number): boolean {
    const { sole } = attempt
    if (sole !== undefined && (sole.refusing || now - attempt.startedAt >= SOLE_TURN * sole.turns)) return true
    for (const source of this.#sources) {
      if (!attempt.takesFrom(source)) continue
      if (source.outstanding().size > 0) return false
      if (source.ready && attempt.nextFor(source, new Map()) !== undefined) return false
    }
    return true
  }

  /** Starts an attempt that can go on at once. Where there is none the present one stays, with what it holds. */
  #begin(now: number): void {
    const others = [...this.#sources].filter(source => this.#attempt?.takesFrom(source) !== true)
    const next = this.#trust === 'everyone' ? chooseShared(others, now) : chooseSole(others, now)
    if (next === undefined) return
    if (next.sole !== undefined) next.sole.turns++
    this.#attempt = next
  }

  #finish(attempt: Attempt): void {
    this.#attempt = undefined
    if (this.#torrent.offerMetadata(attempt.assemble())) {
      this.#accepted = true
      return
    }
    const [liar, ...others] = attempt.contributors()
    if (liar === undefined || others.length > 0) {
      this.#trust = 'one at a time'
    } else if (this.#sources.delete(liar)) {
      liar.peer.close('sent metadata that does not match the info-hash', { ban: true })
    }
  }
}
