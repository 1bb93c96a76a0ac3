// How much is read for a peer before its socket takes it: by at most half a second of its rate, within bounds, so that neither
// the disk is waited for nor memory is hoarded. `serving` counts what is being read.
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import { MAX_RUN_BLOCKS, MAX_RUN_BYTES, MAX_UPLOAD_WINDOW, MIN_UPLOAD_WINDOW, STALL, UPLOAD_AHEAD } from './limits.ts'
import type { SwarmPeer } from './peer.ts'

/** The next run of blocks to read for this peer, taken off its queue; empty: nothing wanted, or its pipe is full. */
export function nextRun(peer: SwarmPeer, share: number, window: number): readonly Block[] {
  const { connection, wants } = peer
  if (connection === undefined || connection.closed || wants.length === 0) return []
  if (pipeOf(peer) >= window) return []
  const most = Math.min(share, window / 2, MAX_RUN_BYTES)
  let bytes = 0
  let count = 0
  for (const block of wants) {
    if (count === MAX_RUN_BLOCKS || (count > 0 && bytes + block.length > most)) break
    bytes += block.length
    count++
  }
  peer.serving += bytes
  return wants.splice(0, count)
}

/** Bytes that are read ahead of the peer's socket. */
export function pipeOf(peer: SwarmPeer): number {
  return peer.serving + (peer.connection?.queuedBytes ?? 0)
}

/** The socket is full, and what waits before it is more than the peer takes in STALL. */
export function isStalled(peer: SwarmPeer, now: number): boolean {
  const pipe = pipeOf(peer)
  return pipe >= BLOCK_LENGTH && pipe > peer.upload.rate(now) * STALL
}

/** Bytes to have read ahead of the peer's socket. */
export function windowOf(peer: SwarmPeer, now: number): number {
  return Math.min(Math.max(peer.upload.rate(now) * UPLOAD_AHEAD, MIN_UPLOAD_WINDOW), MAX_UPLOAD_WINDOW)
}

export function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0)
}
