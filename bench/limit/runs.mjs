// Blocks that were asked for, as one stretch of bytes to send: header, block, header, block, … The blocks are read right into
// the gaps, those that follow each other in the file by one call.
import { readvSync } from 'node:fs'
import { PIECE } from '../peers/messages.mjs'

/** The prefix, the id, piece and offset. */
const HEADER = 13

/** @returns {number} bytes that so many blocks of this length take at most */
export function runBytes(blocks, length) {
  return blocks * (HEADER + length)
}

/** @param {{ piece: number, offset: number, length: number }[]} blocks @returns {Buffer} the part of `run` that they take */
export function readRun({ file, pieceLength }, blocks, run) {
  let end = 0
  let gaps = []
  let position = 0
  let next = -1
  for (const { piece, offset, length } of blocks) {
    const start = piece * pieceLength + offset
    if (start !== next) {
      readGaps(file, gaps, position)
      gaps = []
      position = start
    }
    run.writeUInt32BE(HEADER - 4 + length, end)
    run[end + 4] = PIECE
    run.writeUInt32BE(piece, end + 5)
    run.writeUInt32BE(offset, end + 9)
    gaps.push(run.subarray(end + HEADER, end + HEADER + length))
    end += HEADER + length
    next = start + length
  }
  readGaps(file, gaps, position)
  return run.subarray(0, end)
}

function readGaps(file, gaps, position) {
  if (gaps.length === 0) return
  const wanted = gaps.reduce((sum, { length }) => sum + length, 0)
  if (readvSync(file, gaps, position) !== wanted) throw new Error(`the file has not ${wanted} bytes at ${position}`)
}
