// The disk fails in the middle (EIO): what was said to be stored is right, and the same download gets the rest once it works.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import type { Transfer } from '../../src/lib/storage/descriptor.ts'
import { countOf, eventOf, eventsOf, makeSample, openEngine, seedEngine, temporaryFolder } from './support/content.ts'

const PIECE = 16_384
const FILES = { 'a.bin': 12 * PIECE }

/** How many calls go well before every one fails. */
const disk = vi.hoisted(() => ({ reads: Infinity, writes: Infinity }))

vi.mock(import('../../src/lib/storage/descriptor.ts'), async original => {
  const real = await original()
  const failing = (kind: keyof typeof disk, transfer: Transfer): Transfer => {
    return (parts, position) => {
      if (disk[kind]-- > 0) return transfer(parts, position)
      return Promise.reject(Object.assign(new Error(`EIO: i/o error, ${kind}`), { code: 'EIO' }))
    }
  }
  return {
    ...real,
    reading: fd => failing('reads', real.reading(fd)),
    writing: fd => failing('writes', real.writing(fd)),
    writingAtOnce: fd => failing('writes', real.writingAtOnce(fd)),
  }
})

beforeEach(() => {
  disk.reads = disk.writes = Infinity
})

it('a download fails where the disk does not take what is written, and goes on from there', async () => {
  const sample = await makeSample(FILES)
  const { address } = await seedEngine(sample)
  const output = join(await temporaryFolder(), 'copy')
  const download = async () => (await openEngine()).download(sample.source, { output, peers: [address] })
  disk.writes = 1
  const first = await download()
  await expect(first.done).rejects.toMatchObject({ code: 'DISK_FAILED', message: /^can not write ".*a\.bin": EIO: / })
  await first.stop()
  expect(first.stage).toBe('failed')
  const stored = [...(first.have?.indices() ?? [])]
  expect(stored.length).toBeGreaterThan(0)
  expect(stored.length).toBeLessThan(12)
  const [bytes, right] = [await readFile(join(output, 'a.bin')), sample.files['a.bin'] ?? new Uint8Array()]
  for (const piece of stored) {
    const [start, end] = [piece * PIECE, (piece + 1) * PIECE]
    expect(bytes.subarray(start, end)).toEqual(Buffer.from(right.subarray(start, end)))
  }
  disk.writes = Infinity
  const second = await download()
  const events = eventsOf(second)
  await second.done
  expect(countOf(events, 'pieceVerified')).toBe(12 - stored.length)
  expect(await readFile(join(output, 'a.bin'))).toEqual(Buffer.from(right))
})

it('a seed says which pieces can not be read and serves the others, and never a wrong byte', async () => {
  const sample = await makeSample(FILES)
  const output = join(await temporaryFolder(), 'copy')
  const { engine: seeder, address } = await seedEngine(sample)
  const [seed] = seeder.torrents
  if (seed === undefined) throw new Error('nothing is seeded')
  disk.reads = 0
  const leech = (await openEngine()).download(sample.source, { output, peers: [address] })
  const events = eventsOf(leech)
  const { message } = await eventOf(seed, 'warning')
  expect(message).toMatch(/^.*piece.* no longer served: can not read ".*a\.bin": EIO: .*check the disk$/)
  expect(seed.have?.count).toBeLessThan(12)
  expect(seed.stage).toBe('seeding')
  expect(countOf(events, 'pieceRejected')).toBe(0)
  expect(countOf(events, 'pieceVerified')).toBe(0)
  disk.reads = Infinity // for the lock, which is read before it is removed
})
