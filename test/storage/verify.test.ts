import { rm, truncate, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { SharedBytes } from '../../src/lib/base/bytes.ts'
import { fileStates } from '../../src/lib/storage/file-states.ts'
import type { FileStore } from '../../src/lib/storage/files.ts'
import { resolveOutput, type Output } from '../../src/lib/storage/output.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import type { Scratch } from '../../src/lib/storage/scratch.ts'
import { verifyContent, withScratch, type VerifyProgress } from '../../src/lib/storage/verify.ts'
import { makeTorrent, openStore, temporaryFolder, writeContent, type Fixture } from './fixture.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

const many = (): Fixture =>
  makeTorrent([
    { path: 'a', length: 40 },
    { path: 'empty', length: 0 },
    { path: 'pad', length: 8, padding: true },
    { path: 'b', length: 32 },
    { path: 'c', length: 5 },
  ])

async function onDisk(torrent: Fixture): Promise<{ store: FileStore; output: Output }> {
  const output = await resolveOutput(torrent.info, 'out', await temporaryFolder())
  await writeContent(torrent, output)
  return { store: await openStore({ info: torrent.info, output, mode: 'read' }), output }
}

async function damage(path: string | undefined, bytes: Uint8Array, at: number): Promise<void> {
  const copy = bytes.slice()
  copy[at] = (copy[at] ?? 0) ^ 1
  await writeFile(path ?? '', copy)
}

describe('verifyContent', () => {
  it('finds everything in content that is whole, with any number of workers', async () => {
    for (const concurrency of [1, 3, 100]) {
      const torrent = many()
      const { store } = await onDisk(torrent)
      const have = await verifyContent({ store, info: torrent.info, hasher, concurrency })
      expect(have.complete).toBe(true)
    }
  })

  it('tells good, bad and missing pieces apart', async () => {
    const torrent = many()
    const { store, output } = await onDisk(torrent)
    await damage(output.paths[0], torrent.bytesOf(0), 17)
    await truncate(output.paths[3] ?? '', 20)
    const seen: VerifyProgress[] = []
    const have = await verifyContent({ store, info: torrent.info, hasher, onProgress: progress => seen.push(progress) })
    expect([...have.indices()]).toEqual([0, 2, 3, 5])
    seen.sort((a, b) => a.piece - b.piece)
    expect(seen.map(progress => progress.result)).toEqual(['good', 'bad', 'good', 'good', 'missing', 'good'])
    expect(seen.map(progress => progress.checked).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('hashes pieces of nothing but padding once, however many a torrent claims to have', async () => {
    const torrent = makeTorrent([
      { path: 'pad', length: 1000 * 16, padding: true },
      { path: 'a', length: 16 },
    ])
    const { store } = await onDisk(torrent)
    const digest = vi.spyOn(hasher, 'digest')
    const have = await verifyContent({ store, info: torrent.info, hasher })
    expect([have.complete, digest.mock.calls.length]).toEqual([true, 1])
    digest.mockRestore()
  })

  it('finds padding whose hash is not that of zeros bad', async () => {
    const torrent = makeTorrent([
      { path: 'pad', length: 16, padding: true },
      { path: 'a', length: 16 },
    ])
    const { store } = await onDisk(torrent)
    const info = { ...torrent.info, pieces: torrent.info.pieces.map((byte, at) => (at < 20 ? byte ^ 1 : byte)) }
    expect([...(await verifyContent({ store, info, hasher })).indices()]).toEqual([1])
  })

  it('takes an empty hole for bad data, not for good', async () => {
    const torrent = makeTorrent(64)
    const { store, output } = await onDisk(torrent)
    await writeFile(output.paths[0] ?? '', torrent.content.subarray(0, 16))
    await truncate(output.paths[0] ?? '', 64)
    expect([...(await verifyContent({ store, info: torrent.info, hasher })).indices()]).toEqual([0])
  })

  it('checks only the pieces asked for', async () => {
    const torrent = many()
    const { store } = await onDisk(torrent)
    const pieces = new Bitfield(torrent.info.pieceCount)
    pieces.set(1)
    pieces.set(4)
    const seen: VerifyProgress[] = []
    const have = await verifyContent({
      store,
      info: torrent.info,
      hasher,
      pieces,
      onProgress: progress => seen.push(progress),
    })
    expect([...have.indices()]).toEqual([1, 4])
    expect(seen.map(progress => progress.total)).toEqual([2, 2])
  })

  it('needs no file to be there', async () => {
    const torrent = many()
    const { store, output } = await onDisk(torrent)
    await rm(output.root, { recursive: true })
    expect((await verifyContent({ store, info: torrent.info, hasher })).count).toBe(0)
  })

  it('stops when it is aborted, with the reason', async () => {
    const torrent = makeTorrent(16 * 100)
    const { store } = await onDisk(torrent)
    const controller = new AbortController()
    const reason = new Error('enough')
    let checked = 0
    const onProgress = (): void => {
      if (++checked === 10) controller.abort(reason)
    }
    const verifying = verifyContent({
      concurrency: 4,
      store,
      info: torrent.info,
      hasher,
      signal: controller.signal,
      onProgress,
    })
    await expect(verifying).rejects.toBe(reason)
    expect(checked).toBeLessThan(30)
  })

  it('has few large pieces in memory, and memory only for those that need it', async () => {
    let running = 0
    let most = 0
    const seen = new Set<SharedArrayBuffer>()
    const length = 16_777_216
    const action = async (item: number, scratch: Scratch): Promise<void> => {
      most = Math.max(most, ++running)
      const use = async (memory: SharedBytes): Promise<void> => {
        seen.add(memory.buffer)
        await Promise.resolve()
      }
      await (item % 2 === 0 ? scratch.use(length, use) : Promise.resolve())
      running--
    }
    await withScratch([1, 2, 3, 4, 5, 6], action, { length, concurrency: 8, signal: undefined })
    expect(most).toBe(4)
    expect([...seen].map(buffer => buffer.byteLength)).toEqual([length, length])
  })
})

describe('fileStates', () => {
  it('names each file complete, partial or missing, and its size', async () => {
    const torrent = many()
    const { store, output } = await onDisk(torrent)
    await damage(output.paths[0], torrent.bytesOf(0), 17)
    await rm(output.paths[1] ?? '')
    await writeFile(output.paths[4] ?? '', Buffer.concat([torrent.bytesOf(4), Buffer.from('!')]))
    const have = await verifyContent({ store, info: torrent.info, hasher })
    expect(await fileStates(torrent.info, have, store)).toEqual([
      { file: 0, state: 'partial', size: 40, pieces: 3, verifiedPieces: 2 },
      { file: 1, state: 'missing', size: undefined, pieces: 0, verifiedPieces: 0 },
      { file: 3, state: 'complete', size: 32, pieces: 2, verifiedPieces: 2 },
      { file: 4, state: 'partial', size: 6, pieces: 1, verifiedPieces: 1 },
    ])
  })
})
