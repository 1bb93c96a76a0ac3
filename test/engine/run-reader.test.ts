import { describe, expect, it } from 'vitest'
import { equal } from '../../src/lib/base/bytes.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { RunBuffers } from '../../src/lib/engine/run-buffers.ts'
import { RunReader } from '../../src/lib/engine/run-reader.ts'
import { MissingBytes } from '../../src/lib/storage/missing.ts'
import type { Content } from '../../src/lib/engine/content.ts'
import { message, pattern, uint32 } from '../wire/support.ts'

const PIECE_LENGTH = 4 * BLOCK_LENGTH
const CONTENT = pattern(20 * PIECE_LENGTH)

/** Content in memory, and where it was read. */
function setUp() {
  const reads: { offset: number; length: number }[] = []
  const content: Pick<Content, 'readInto'> = {
    readInto: (offset, parts) => {
      let at = offset
      for (const part of parts) {
        part.set(CONTENT.subarray(at, at + part.length))
        at += part.length
      }
      reads.push({ offset, length: at - offset })
      return Promise.resolve()
    },
  }
  const buffers = new RunBuffers()
  return { reader: new RunReader(content, PIECE_LENGTH, buffers), buffers, content, reads }
}

function blocks(from: number, count: number): Block[] {
  return Array.from({ length: count }, (_, index) => ({
    piece: (from + index) >> 2,
    offset: ((from + index) & 3) * BLOCK_LENGTH,
    length: BLOCK_LENGTH,
  }))
}

function framed(run: readonly Block[]): Uint8Array {
  const messages = run.map(({ piece, offset, length }) => {
    const start = piece * PIECE_LENGTH + offset
    return message(7, uint32(piece), uint32(offset), CONTENT.subarray(start, start + length))
  })
  return new Uint8Array(Buffer.concat(messages))
}

async function read(reader: RunReader, run: readonly Block[]): Promise<Uint8Array> {
  const bytes = await reader.read(run)
  if (bytes instanceof Uint8Array) return bytes
  throw bytes.cause
}

describe('RunReader', () => {
  it('names the pieces of what could not be read, and keeps the memory', async () => {
    const cause = new Error('gone')
    const reader = new RunReader(
      { readInto: offset => (offset < PIECE_LENGTH ? Promise.resolve() : Promise.reject(cause)) },
      PIECE_LENGTH,
      new RunBuffers(),
    )
    const run = [...blocks(0, 20), ...blocks(30, 4), ...blocks(23, 1)]
    expect(await reader.read(run)).toEqual({ pieces: new Set([7, 8, 5]), cause })
  })

  it('names all pieces of files that are gone', async () => {
    const ranges = [
      { offset: 3 * PIECE_LENGTH - 1, length: PIECE_LENGTH + 1 },
      { offset: 9 * PIECE_LENGTH, length: 0 },
    ]
    const cause = new MissingBytes(['a'], ranges)
    const reader = new RunReader({ readInto: () => Promise.reject(cause) }, PIECE_LENGTH, new RunBuffers())
    expect(await reader.read(blocks(12, 1))).toEqual({ pieces: new Set([3, 2]), cause })
  })

  it('reads what follows in the content at once, across pieces, and frames it', async () => {
    const { reader, reads } = setUp()
    const run = [...blocks(2, 4), ...blocks(9, 1), ...blocks(8, 1)]
    expect(equal(await read(reader, run), framed(run))).toBe(true)
    expect(reads).toEqual([
      { offset: 2 * BLOCK_LENGTH, length: 4 * BLOCK_LENGTH },
      { offset: 9 * BLOCK_LENGTH, length: BLOCK_LENGTH },
      { offset: 8 * BLOCK_LENGTH, length: BLOCK_LENGTH },
    ])
  })

  it('uses the memory of a long run again once it is sent, whatever the torrent, and not before', async () => {
    const { reader, buffers, content } = setUp()
    const first = await read(reader, blocks(0, 40))
    const second = await read(reader, blocks(40, 40))
    expect(second.buffer).not.toBe(first.buffer)
    buffers.recycle(first)
    // A chunk that is no run, or one that was given back before, changes nothing.
    buffers.recycle(first)
    buffers.recycle(new Uint8Array(10))
    const third = await read(new RunReader(content, PIECE_LENGTH, buffers), blocks(20, 40))
    const fourth = await read(reader, blocks(20, 40))
    expect(third.buffer).toBe(first.buffer)
    expect(fourth.buffer).not.toBe(first.buffer)
    expect(equal(second, framed(blocks(40, 40)))).toBe(true)
    expect(equal(third, framed(blocks(20, 40)))).toBe(true)
  })

  it('keeps memory for a few runs, not for as many as were ever under way', async () => {
    const { reader, buffers } = setUp()
    const runs: Uint8Array[] = []
    for (let n = 0; n < 20; n++) runs.push(await read(reader, blocks(0, 40)))
    for (const run of runs) buffers.recycle(run)
    const known = new Set(runs.map(({ buffer }) => buffer))
    let again = 0
    for (let n = 0; n < 20; n++) if (known.has((await read(reader, blocks(0, 40))).buffer)) again++
    expect(again).toBe(16)
  })

  it('gives a short run memory of its own length', async () => {
    const { reader } = setUp()
    const run = await read(reader, blocks(0, 2))
    expect(run.buffer.byteLength).toBe(run.length)
  })
})
