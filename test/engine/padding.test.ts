// Padding files (BEP 47) from end to end: zeros that nobody stores, and that every peer gets who asks for them.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/lib/base/bytes.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { fetchPiece } from '../../src/lib/engine/fetch-piece.ts'
import { fromMetainfo } from '../../src/lib/engine/source.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { pattern } from '../wire/support.ts'
import { openEngine, seedEngine, temporaryFolder, type Sample } from './support/content.ts'

const PIECE = 32_768
/** To the end of its piece, and the whole of the next. */
const PADDING = PIECE - 10_000 + PIECE
const FILES = { 'a.bin': pattern(10_000, 1), 'b.bin': pattern(PIECE + 20_000, 2) }
const CONTENT = concat([FILES['a.bin'], new Uint8Array(PADDING), FILES['b.bin']])

/** Pieces 0 and 1 hold padding, the second nothing else. */
async function padded(): Promise<Sample> {
  const path = join(await temporaryFolder(), 'sample')
  await mkdir(path)
  for (const [name, bytes] of Object.entries(FILES)) await writeFile(join(path, name), bytes)
  const hashes = Array.from({ length: Math.ceil(CONTENT.length / PIECE) }, (_, piece) =>
    createHash('sha1')
      .update(CONTENT.subarray(piece * PIECE, (piece + 1) * PIECE))
      .digest(),
  )
  const files = [
    { path: ['a.bin'], length: FILES['a.bin'].length },
    { attr: 'p', path: ['.pad', String(PADDING)], length: PADDING },
    { path: ['b.bin'], length: FILES['b.bin'].length },
  ]
  const info = { files, name: 'sample', 'piece length': PIECE, pieces: concat(hashes) }
  return { path, source: fromMetainfo(parseMetainfo(encode({ info }))), files: FILES }
}

describe('padding', () => {
  it('is seeded without being there, and downloaded without being written', async () => {
    const sample = await padded()
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    const output = join(await temporaryFolder(), 'copy')
    const session = engine.download(sample.source, { output, peers: [address] })
    await session.done
    expect(session.have?.complete).toBe(true)
    await engine.close()
    expect((await readdir(output, { recursive: true })).toSorted()).toEqual(['a.bin', 'b.bin'])
    expect((await readdir(sample.path, { recursive: true })).toSorted()).toEqual(['a.bin', 'b.bin'])
    for (const [name, bytes] of Object.entries(FILES)) {
      expect(new Uint8Array(await readFile(join(output, name)))).toEqual(bytes)
    }
  })

  it.each([
    ['begins in the midst of a piece', 0],
    ['is all of a piece', 1],
  ])('is served as zeros to who asks, where it %s', async (_, index) => {
    const sample = await padded()
    const { address } = await seedEngine(sample)
    const { piece } = fetchPiece(await openEngine(), sample.source, index, { peers: [address] })
    expect(new Uint8Array(await piece)).toEqual(CONTENT.slice(index * PIECE, (index + 1) * PIECE))
  })

  it('is there when a download is begun again', async () => {
    const sample = await padded()
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'copy')
    for (const peers of [[address], []]) {
      const engine = await openEngine()
      await engine.download(sample.source, { output, peers }).done
      await engine.close()
    }
  })
})
