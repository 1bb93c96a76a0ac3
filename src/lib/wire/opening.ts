// The start of a connection: reads the peer's handshake, judges it, and keeps what an acceptor's peer sends after it
// until the acceptor has answered.
import { equal, hex } from '../base/bytes.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { WireFault } from './events.ts'
import { HandshakeReader, type Handshake } from './handshake.ts'

/** Bytes that a peer may send after its handshake while the acceptor makes up its mind. */
export const MAX_HELD_BYTES = 1_048_576

/** Shared, since an open connection asks with every chunk. */
const NOTHING: readonly Uint8Array[] = Object.freeze([])

export class Opening {
  readonly #peerId: PeerId
  readonly #infoHash: InfoHash | undefined
  readonly #reader = new HandshakeReader()
  #remote: Handshake | undefined
  #held: Uint8Array[] = []
  #heldBytes = 0

  /** @param peerId ours. @param infoHash the only one to take, or undefined for any. */
  constructor(peerId: PeerId, infoHash: InfoHash | undefined) {
    this.#peerId = peerId
    this.#infoHash = infoHash
  }

  /** The peer's handshake, also where it was found at fault. */
  get remote(): Handshake | undefined {
    return this.#remote
  }

  /** @returns how many bytes of the chunk belong to the handshake, which may be complete then, or what is wrong with it. */
  read(chunk: Uint8Array): number | WireFault {
    const taken = this.#reader.take(chunk)
    const handshake = this.#reader.read()
    if (handshake === 'incomplete') return taken
    if (handshake === 'wrong-protocol') {
      return { reason: 'wrong-protocol', detail: 'what came is no handshake of the BitTorrent protocol' }
    }
    this.#remote = handshake
    if (this.#infoHash !== undefined && !equal(handshake.infoHash, this.#infoHash)) {
      return { reason: 'wrong-info-hash', detail: `the peer answered with info-hash ${hex(handshake.infoHash)}` }
    }
    if (equal(handshake.peerId, this.#peerId)) {
      return { reason: 'self-connection', detail: 'the peer has our own peer id' }
    }
    return taken
  }

  /** Keeps a copy. */
  hold(chunk: Uint8Array): WireFault | undefined {
    this.#heldBytes += chunk.length
    if (this.#heldBytes > MAX_HELD_BYTES) {
      return { reason: 'overflow', detail: `more than ${MAX_HELD_BYTES} bytes before its handshake was answered` }
    }
    if (chunk.length > 0) this.#held.push(new Uint8Array(chunk))
    return undefined
  }

  /** Hands over what was held. */
  release(): readonly Uint8Array[] {
    if (this.#held.length === 0) return NOTHING
    const held = this.#held
    this.#held = []
    return held
  }
}
