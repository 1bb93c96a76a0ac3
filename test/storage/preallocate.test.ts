import { readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { FileStore } from '../../src/lib/storage/files.ts'
import { resolveOutput, type Output } from '../../src/lib/storage/output.ts'
import { preallocate } from '../../src/lib/storage/preallocate.ts'
import { makeTorrent, openStore, readFrom, temporaryFolder, writePieces, type Fixture } from './fixture.ts'
import { mountTmpfs } from './tmpfs.ts'

const PIECE = 65_536

const album = (): Fixture =>
  makeTorrent(
    [
      { path: 'a', length: 10 * PIECE },
      { path: 'empty', length: 0 },
      { path: 'sub/b', length: 5 * PIECE + 100 },
      { path: 'c', length: 77 },
    ],
    PIECE,
  )

async function setUp(torrent: Fixture, folder?: string): Promise<{ store: FileStore; output: Output }> {
  const output = await resolveOutput(torrent.info, 'out', folder ?? (await temporaryFolder()))
  return { store: await openStore({ info: torrent.info, output, mode: 'write' }), output }
}

function run(
  store: FileStore,
  torrent: Fixture,
  more: { have?: Bitfield; files?: number[]; signal?: AbortSignal } = {},
) {
  const { have = new Bitfield(torrent.info.pieceCount), files = [0, 1, 2, 3], signal } = more
  const progress: number[][] = []
  const done = preallocate({
    store,
    info: torrent.info,
    have,
    files,
    signal: signal ?? new AbortController().signal,
    onProgress: (bytes, total) => progress.push([bytes, total]),
  })
  return { done, progress }
}

/** Bytes that the disk keeps for a file. */
async function reserved(path: string): Promise<number> {
  return (await stat(path)).blocks * 512
}

describe('preallocate', () => {
  it('takes the room for every file in full, and tells how far it is', async () => {
    const torrent = album()
    const { store, output } = await setUp(torrent)
    const { done, progress } = run(store, torrent)
    await done
    for (const [index, { length }] of torrent.info.files.entries()) {
      const path = output.paths[index] ?? ''
      expect((await stat(path)).size).toBe(length)
      expect(await reserved(path)).toBeGreaterThanOrEqual(length)
    }
    expect(progress.at(-1)).toEqual([torrent.info.totalLength, torrent.info.totalLength])
    const again = run(store, torrent)
    await again.done
    expect(again.progress).toEqual([])
  })

  it('fills the holes between the pieces that are there, and touches none of these', async () => {
    const torrent = album()
    const { store, output } = await setUp(torrent)
    await writePieces(store, torrent, [2, 3, 12])
    const have = new Bitfield(torrent.info.pieceCount)
    for (const piece of [2, 3, 12]) have.set(piece)
    const [a = '', , b = ''] = output.paths
    expect(await reserved(a)).toBeLessThan(10 * PIECE)
    await run(store, torrent, { have }).done
    expect(await reserved(a)).toBeGreaterThanOrEqual(10 * PIECE)
    expect(await reserved(b)).toBeGreaterThanOrEqual(5 * PIECE)
    const found = await readFile(a)
    expect(found.subarray(2 * PIECE, 4 * PIECE).equals(torrent.content.subarray(2 * PIECE, 4 * PIECE))).toBe(true)
    expect(found.subarray(0, 2 * PIECE).every(byte => byte === 0)).toBe(true)
    expect(Buffer.from(torrent.piece(12)).equals(await readFrom(store, 12 * PIECE, PIECE))).toBe(true)
  })

  it("takes none for files that are not wanted, nor for one that is not the torrent's", async () => {
    const torrent = album()
    const { store, output } = await setUp(torrent)
    const [a = '', , , c = ''] = output.paths
    await writeFile(c, 'mine')
    await run(store, torrent, { files: [2, 3] }).done
    expect(await readFile(c, 'utf8')).toBe('mine')
    await expect(stat(a)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('ends when it is told to, and goes on where it was', async () => {
    const torrent = album()
    const { store, output } = await setUp(torrent)
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    await expect(run(store, torrent, { signal: abort.signal }).done).rejects.toThrow('enough')
    const [a = ''] = output.paths
    await store.writeTo(0, 0, new Uint8Array(PIECE))
    await truncate(a, 10 * PIECE)
    const { done, progress } = run(store, torrent)
    await done
    expect(progress.at(-1)?.[1]).toBe(torrent.info.totalLength)
    expect(await reserved(a)).toBeGreaterThanOrEqual(10 * PIECE)
  })

  it('needs no room again for what an interrupted run has written', async context => {
    const torrent = album()
    const folder = await mountTmpfs('size=1m')
    if (folder === undefined) context.skip('no small file system can be mounted here')
    const { store, output } = await setUp(torrent, folder)
    await store.writeTo(0, 0, new Uint8Array(9 * PIECE))
    const [a = '', , b = ''] = output.paths
    expect((await stat(a)).size).toBe(10 * PIECE)
    await run(store, torrent).done
    expect(await reserved(a)).toBeGreaterThanOrEqual(10 * PIECE)
    expect(await reserved(b)).toBeGreaterThanOrEqual(5 * PIECE)
  })

  it('says at once that there is not enough room, and leaves nothing', async context => {
    const torrent = album()
    const folder = await mountTmpfs('size=512k')
    if (folder === undefined) context.skip('no small file system can be mounted here')
    const { store, output } = await setUp(torrent, folder)
    const { done, progress } = run(store, torrent)
    await expect(done).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: new RegExp(`${torrent.info.totalLength} bytes are needed and \\d+ are free`),
    })
    expect(progress).toEqual([])
    expect((await readdir(output.root)).sort()).toEqual(['.bt-lock', 'empty', 'sub'])
  })
})
