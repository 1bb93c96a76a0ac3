// Several blocks as one stretch of bytes, ready to be sent: header, block, header, block, … The headers are written first
// and the blocks read from the disk right into the gaps, so that what is served is never copied by us.
import type { Block } from '../metainfo/block.ts'
import { BLOCK_HEADER_SIZE, writeBlockHeader } from './message.ts'

/** Bytes on the wire. */
export function runLength(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + BLOCK_HEADER_SIZE + block.length, 0)
}

/** Writes the headers into `run`, which has `runLength` bytes. @returns where each block's bytes go, in their order. */
export function frameRun(blocks: readonly Block[], run: Uint8Array): readonly Uint8Array[] {
  let at = 0
  return blocks.map(block => {
    writeBlockHeader(run, at, block)
    const start = at + BLOCK_HEADER_SIZE
    at = start + block.length
    return new Uint8Array(run.buffer, run.byteOffset + start, block.length)
  })
}
