// What peers that we choke are served (BEP 6 "Allowed Fast"): a few pieces each, so that newcomers have something to trade,
// out of a small share of our upload, so that those who are unchoked hardly notice.
import type { InfoHash } from '../base/ids.ts'
import { ipBytes } from '../discovery/ip.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { allowedFastSet } from './fast-set.ts'
import type { SwarmPeer } from './peer.ts'

/** Pieces that one peer is allowed (libtorrent `allowed_fast_set_size`; BEP 6 leaves the number to us). */
export const ALLOWED_FAST_SIZE = 5
/** How often a peer may ask for each block of an allowed piece, as in libtorrent: hashes fail, and connections break. */
const COPIES = 3
/** Of all that we upload, the part that choked peers may have: half a slot's worth. BEP 6 lets who lacks resources reject. */
const SHARE = 1 / 16

export class FastGrants {
  readonly #layout: PieceLayout
  readonly #infoHash: InfoHash
  /** Bytes of one set: what is there before anything is earned, and no more is ever saved up, or a crowd could have it at once. */
  readonly #most: number
  /** Bytes that choked peers may still have. */
  #budget: number

  constructor(layout: PieceLayout, infoHash: InfoHash) {
    this.#layout = layout
    this.#infoHash = infoHash
    this.#most = ALLOWED_FAST_SIZE * layout.pieceLength
    this.#budget = this.#most
  }

  /** Tells a peer that is starting (it has no more than a set's pieces) what it may ask for while choked; once. */
  offer(peer: SwarmPeer): void {
    const { connection, has, fast } = peer
    if (connection?.fast !== true || has === undefined || has.count > ALLOWED_FAST_SIZE || fast.granted.size > 0) return
    const ip = ipBytes(peer.address.host)
    if (ip?.length !== 4) return
    const { pieceCount } = this.#layout
    for (const piece of allowedFastSet(ip, this.#infoHash, pieceCount, ALLOWED_FAST_SIZE)) {
      if (has.has(piece)) continue
      fast.granted.set(piece, COPIES * this.#layout.blockCount(piece))
      connection.allowedFast(piece)
    }
  }

  /** Whether a block that a choked peer asks for is granted; it then counts as served. */
  take(peer: SwarmPeer, block: Block): 'granted' | 'refused' {
    const left = peer.fast.granted.get(block.piece) ?? 0
    if (left === 0 || this.#budget < block.length) return 'refused'
    peer.fast.granted.set(block.piece, left - 1)
    this.#budget -= block.length
    return 'granted'
  }

  /** So many bytes were uploaded. */
  earn(bytes: number): void {
    this.#budget = Math.min(this.#most, this.#budget + bytes * SHARE)
  }
}
