// Pieces that the thread that hashes them writes as well.
import { createHash } from 'node:crypto'
import { appendFile, readFile, truncate } from 'node:fs/promises'
import { expect, it, onTestFinished } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { sharedBytes, type SharedBytes } from '../../src/lib/base/bytes.ts'
import { VerifiedContent } from '../../src/lib/engine/verified-content.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { makeTorrent, openStore, temporaryFolder, type Fixture } from './fixture.ts'
import { mountTmpfs } from './tmpfs.ts'

const PIECE = 131_072

/** Three pieces, of which the last one reaches into a second file; the main thread is busy. */
async function setUp(root?: string) {
  const torrent = makeTorrent(
    [
      { path: 'a', length: 2 * PIECE + 100 },
      { path: 'b', length: 100 },
    ],
    PIECE,
  )
  const output = await resolveOutput(torrent.info, 'out', root ?? (await temporaryFolder()))
  const store = await openStore({ info: torrent.info, output, mode: 'write' })
  const hasher = new Hasher(2, { busy: true })
  onTestFinished(() => hasher.close())
  return { torrent, output, store, hasher }
}

function pieceOf({ content, info }: Fixture, piece: number): { offset: number; data: SharedBytes; hash: Uint8Array } {
  const offset = piece * info.pieceLength
  const bytes = content.subarray(offset, offset + info.pieceLength)
  const data = sharedBytes(bytes.length)
  data.set(bytes)
  return { offset, data, hash: createHash('sha1').update(bytes).digest() }
}

it('leaves a piece whose file is not open yet, or that lies in several', async () => {
  const { torrent, output, store, hasher } = await setUp()
  const keep = (piece: number, hash?: Uint8Array) => {
    const { offset, data, hash: right } = pieceOf(torrent, piece)
    return store.keep(offset, data, hash ?? right, hasher)
  }
  expect(await keep(1)).toBe('left')
  const { offset, data } = pieceOf(torrent, 0)
  await store.write(offset, data)
  expect(await keep(1, new Uint8Array(20))).toBe('wrong')
  expect(await keep(1)).toBe('kept')
  expect(await keep(2)).toBe('left')
  const file = await readFile(output.paths[0] ?? '')
  expect(file.equals(Buffer.concat([torrent.content.subarray(0, 2 * PIECE), Buffer.alloc(100)]))).toBe(true)
})

it('is a write of our own, but does not hide what others do to the file', async () => {
  const { torrent, output, store, hasher } = await setUp()
  const content = new VerifiedContent(store, torrent.info, hasher)
  const first = pieceOf(torrent, 0)
  await content.write(first.offset, first.data)
  const second = pieceOf(torrent, 1)
  expect(await content.keep(second.offset, second.data, second.hash)).toBe('kept')
  const read = (piece: number) => content.readInto(piece * PIECE, [new Uint8Array(PIECE)])
  await read(1)
  await store.looks.again()
  expect(store.looks.changes).toBe(0)
  await content.confirm(new Bitfield(torrent.info.pieceCount))
  await truncate(output.paths[0] ?? '', 2 * PIECE - 1)
  await appendFile(output.paths[0] ?? '', Buffer.alloc(101))
  await read(0)
  await expect(read(1)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
})

it('says that the disk is full', async context => {
  const root = await mountTmpfs('size=200k')
  if (root === undefined) context.skip('no small file system can be mounted here')
  const { torrent, store, hasher } = await setUp(root)
  const [first, second] = [pieceOf(torrent, 0), pieceOf(torrent, 1)]
  await store.write(first.offset, first.data)
  const keeping = store.keep(second.offset, second.data, second.hash, hasher)
  await expect(keeping).rejects.toMatchObject({ code: 'DISK_FULL' })
})
