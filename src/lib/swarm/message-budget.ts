// What a peer says costs us time, and is paid for out of its budget, which time and what it is good for fill up again: who
// sends messages without end that move nothing has soon spent it. Blocks, and requests, are counted elsewhere.
import type { PeerEvent } from '../wire/connection.ts'
import type { SwarmPeer } from './peer.ts'

/** What may be spent at once: all the metadata that there can be, or a cancel for each of the requests that we take. */
const MOST = 5000
/** What comes back in a second; a busy peer of a large torrent says a few dozen things in that time, and earns more. */
const PER_SECOND = 100
/** Earned by a block, either way: a suggestion, or a cancel or reject that crosses it. */
export const EARNED_BY_BLOCK = 1
/** Earned by a have of ours: it may make a peer interested, and the next one end that. */
export const EARNED_BY_HAVE = 4

/** A message that is noted and no more. */
const SMALL = 1
/** The choker looks at all peers. */
const INTEREST = 2
/** Requests are given back, or made; bits are counted piece by piece. BEP 3 has one of these in ten seconds. */
const LARGE = 20
/** A dictionary of any size, decoded. */
const HANDSHAKE = 100
/** Bytes of a payload for which we have no use that cost as much as one message. */
const BYTES = 256
/** The same where we are waiting for metadata, which comes in pieces of 16 KiB (BEP 9). */
const METADATA_BYTES = 16_384

export class MessageBudget {
  #left = MOST
  /** Milliseconds: until when what time brings has been counted. */
  #at = 0

  /** @returns `spent` where there is not as much left. O(1). */
  pay(cost: number, now: number): 'paid' | 'spent' {
    this.earn(((now - this.#at) * PER_SECOND) / 1000)
    this.#at = now
    this.#left -= cost
    return this.#left >= 0 ? 'paid' : 'spent'
  }

  earn(amount: number): void {
    this.#left = Math.min(MOST, this.#left + amount)
  }
}

/** @param waiting for metadata. */
export function costOf(event: PeerEvent, peer: Pick<SwarmPeer, 'saidToHave'>, waiting: boolean): number {
  switch (event.type) {
    case 'have':
      return peer.saidToHave(event.piece) ? SMALL : 0
    case 'interested':
    case 'notInterested':
      return INTEREST
    case 'choke':
    case 'unchoke':
    case 'haveAll':
    case 'haveNone':
      return LARGE
    case 'bitfield':
      return LARGE + event.bytes.length / BYTES
    case 'extendedHandshake':
      return HANDSHAKE
    case 'extended':
      return SMALL + event.payload.length / (waiting ? METADATA_BYTES : BYTES)
    case 'unknown':
      return SMALL + event.length / BYTES
    case 'keepAlive':
    case 'cancel':
    case 'reject':
    case 'suggest':
    case 'allowedFast':
    case 'port':
      return SMALL
    default: // a handshake, a block, a request, the end
      return 0
  }
}
