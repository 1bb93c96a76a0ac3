import { randomBytes } from 'node:crypto'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { equal, hex, type OwnedBytes } from '../../src/lib/base/bytes.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { pseudoRandom, sha1, temporaryFolder } from './fixture.ts'

/** Whose main thread has no time, unless it is said otherwise. */
function makeHasher(limit = 2, busy = true): Hasher {
  const hasher = new Hasher(limit, { busy })
  onTestFinished(() => hasher.close())
  return hasher
}

/** A copy with memory of its own. */
function owned(data: Uint8Array): OwnedBytes {
  return new Uint8Array(data)
}

async function fileOf(data: Uint8Array): Promise<{ fd: number }> {
  const path = join(await temporaryFolder(), 'file')
  await writeFile(path, data)
  const handle = await open(path)
  onTestFinished(() => handle.close())
  return handle
}

describe('Hasher', () => {
  it.each([0, 1, 16_384, 65_536, 65_537, 1_048_576])('gives the SHA-1 of %i bytes', async length => {
    const data = pseudoRandom('hash', length)
    const { digest } = await makeHasher().digest(owned(data))
    expect(new Uint8Array(digest)).toEqual(sha1(data))
  })

  it('hashes the view, not the buffer below it, and gives it back as it was', async () => {
    const data = pseudoRandom('view', 200_000)
    const lent = owned(data).subarray(100_000, 199_000)
    const { digest, data: returned } = await makeHasher().digest(lent)
    expect(new Uint8Array(digest)).toEqual(sha1(data.slice(100_000, 199_000)))
    expect(lent).toHaveLength(0)
    expect([returned.byteOffset, returned.buffer.byteLength]).toEqual([100_000, 200_000])
    expect(equal(returned, data.subarray(100_000, 199_000))).toBe(true)
  })

  it('starts no thread for what is short, one for a piece, and more under pressure, up to its limit', async () => {
    const hasher = makeHasher(3)
    await hasher.digest(new Uint8Array(65_536))
    expect(hasher.threads).toBe(0)
    await hasher.digest(new Uint8Array(65_537))
    expect(hasher.threads).toBe(1)
    const piece = randomBytes(4_194_304)
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => hasher.digest(owned(piece))))
    expect(hasher.threads).toBe(3)
    for (const { digest } of outcomes) expect(new Uint8Array(digest)).toEqual(sha1(piece))
  })

  it('needs no thread for pieces of up to 4 MiB while the main thread has time', async () => {
    const hasher = makeHasher(2, false)
    const data = randomBytes(4_194_304)
    const { digest } = await hasher.digest(owned(data))
    expect([hex(digest), hasher.threads]).toEqual([hex(sha1(data)), 0])
    await hasher.digest(new Uint8Array(4_194_305))
    expect(hasher.threads).toBe(1)
  })

  it('keeps hundreds of small pieces apart', async () => {
    const hasher = makeHasher(2)
    const pieces = Array.from({ length: 300 }, (_, n) => randomBytes(65_537 + n))
    const outcomes = await Promise.all(pieces.map(piece => hasher.digest(owned(piece))))
    expect(outcomes.map(({ digest }) => hex(digest))).toEqual(pieces.map(piece => hex(sha1(piece))))
    expect(outcomes.every(({ data }, n) => equal(data, pieces[n] ?? data.subarray(1)))).toBe(true)
  })

  it('hashes part of a file, longer than it reads at once', async () => {
    const data = pseudoRandom('file', 500_000)
    const { fd } = await fileOf(data)
    const digest = await makeHasher().digestFile({ fd, position: 1000, length: 400_000 })
    expect(digest).toEqual(new Uint8Array(sha1(data.slice(1000, 401_000))))
  })

  it('says where a file ends too early, and goes on', async () => {
    const data = pseudoRandom('short', 100_000)
    const { fd } = await fileOf(data)
    const hasher = makeHasher()
    expect(await hasher.digestFile({ fd, position: 0, length: 100_001 })).toBe('missing')
    expect(await hasher.digestFile({ fd, position: 0, length: 100_000 })).toEqual(new Uint8Array(sha1(data)))
  })

  it('passes on what the system says, with its code', async () => {
    const reading = makeHasher().digestFile({ fd: 1_000_000, position: 0, length: 1 })
    await expect(reading).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('fails what is under way when it is closed, and what comes later', async () => {
    const hasher = new Hasher(1, { busy: true })
    const pending = Array.from({ length: 8 }, () => hasher.digest(new Uint8Array(8_388_608)))
    const outcomes = Promise.allSettled(pending)
    await hasher.close()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } })
    }
    await expect(hasher.digest(new Uint8Array(65_537))).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})
