import { randomBytes } from 'node:crypto'
import { open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MessagePort } from 'node:worker_threads'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hex, sharedBytes, type SharedBytes } from '../../src/lib/base/bytes.ts'
import { mapConcurrently } from '../../src/lib/storage/concurrently.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { pseudoRandom, sha1, temporaryFolder } from './fixture.ts'

/** Whose main thread has no time, unless it is said otherwise. */
function makeHasher(limit = 2, busy = true): Hasher {
  const hasher = new Hasher(limit, { busy })
  onTestFinished(() => hasher.close())
  return hasher
}

/** A copy that threads may see. */
function shared(data: Uint8Array): SharedBytes {
  const bytes = sharedBytes(data.length)
  bytes.set(data)
  return bytes
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
    expect(new Uint8Array(await makeHasher().digest(shared(data)))).toEqual(sha1(data))
  })

  it('hashes the view, not the buffer below it, and leaves it as it is', async () => {
    const data = pseudoRandom('view', 200_000)
    const view = shared(data).subarray(100_000, 199_000)
    const digest = await makeHasher().digest(view)
    expect(new Uint8Array(digest)).toEqual(sha1(data.slice(100_000, 199_000)))
    expect(hex(view)).toBe(hex(data.subarray(100_000, 199_000)))
  })

  it('starts no thread for what is short, one for a piece, and more under pressure, up to its limit', async () => {
    const hasher = makeHasher(3)
    await hasher.digest(sharedBytes(65_536))
    expect(hasher.threads).toBe(0)
    await hasher.digest(sharedBytes(65_537))
    expect(hasher.threads).toBe(1)
    const piece = randomBytes(4_194_305)
    const digests = await Promise.all(Array.from({ length: 20 }, () => hasher.digest(shared(piece))))
    expect(hasher.threads).toBe(3)
    for (const digest of digests) expect(new Uint8Array(digest)).toEqual(sha1(piece))
  })

  it('hashes here what the threads would not come to at once, with one core left to this thread', async () => {
    const hasher = makeHasher(2)
    const piece = randomBytes(1_048_576)
    const delegated = Array.from({ length: 9 }, () => {
      const delegates = hasher.delegates(piece.length)
      return [delegates, hasher.digest(shared(piece))] as const
    })
    expect(hasher.threads).toBe(1)
    expect(delegated.map(([delegates]) => delegates)).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ])
    for (const [, digest] of delegated) expect(hex(await digest)).toBe(hex(sha1(piece)))
    expect(hasher.delegates(piece.length)).toBe(true)
  })

  it('notices what a thread has done though the event loop does not come round', async () => {
    const hasher = makeHasher(2)
    const piece = shared(randomBytes(1_048_576))
    const digests = Array.from({ length: 4 }, () => hasher.digest(piece))
    const until = performance.now() + 10_000
    let delegates = false
    while (!delegates && performance.now() < until) delegates = hasher.delegates(piece.length)
    expect(delegates).toBe(true)
    await Promise.all(digests)
  })

  it('needs no thread for pieces of up to 4 MiB while the main thread has time', async () => {
    const hasher = makeHasher(2, false)
    const data = randomBytes(4_194_304)
    expect([hex(await hasher.digest(shared(data))), hasher.threads]).toEqual([hex(sha1(data)), 0])
    await hasher.digest(sharedBytes(4_194_305))
    expect(hasher.threads).toBe(1)
  })

  it('keeps hundreds of small pieces apart', async () => {
    const hasher = makeHasher(2)
    const pieces = Array.from({ length: 300 }, (_, n) => randomBytes(65_537 + n))
    const digests = await Promise.all(pieces.map(piece => hasher.digest(shared(piece))))
    expect(digests.map(hex)).toEqual(pieces.map(piece => hex(sha1(piece))))
  })

  it('hashes part of a file, longer than it reads at once', async () => {
    const data = pseudoRandom('file', 500_000)
    const { fd } = await fileOf(data)
    const digest = await makeHasher().digestFile({ fd, position: 1000, length: 400_000 })
    expect(digest).toEqual(new Uint8Array(sha1(data.slice(1000, 401_000))))
  })

  it('hands over parts of files together, also where each is asked for when another is done', async () => {
    const data = pseudoRandom('parts', 400_000)
    const { fd } = await fileOf(data)
    const hasher = makeHasher(1)
    const post = vi.spyOn(MessagePort.prototype, 'postMessage')
    const digest = (): Promise<unknown> => hasher.digestFile({ fd, position: 0, length: 400_000 })
    const digests = await mapConcurrently(Array(100).keys(), 40, digest)
    expect(digests.at(-1)).toEqual(new Uint8Array(sha1(data)))
    expect(post.mock.calls.length).toBeLessThan(20)
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

  it('writes a piece that is right, and no other', async () => {
    const path = join(await temporaryFolder(), 'file')
    await writeFile(path, '12345')
    const handle = await open(path, 'r+')
    onTestFinished(() => handle.close())
    const hasher = makeHasher()
    const data = shared(pseudoRandom('keep', 100_000))
    const piece = { data, hash: sha1(data), fd: handle.fd, position: 5 }
    expect(await hasher.keep({ ...piece, hash: sha1(Uint8Array.of(1)) })).toBe('wrong')
    expect(String(await readFile(path))).toBe('12345')
    expect(await hasher.keep(piece)).toBe('kept')
    expect(hex(await readFile(path))).toBe(`3132333435${hex(data)}`)
    await expect(hasher.keep({ ...piece, fd: 1_000_000 })).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('fails what is under way when it is closed, and what comes later', async () => {
    const hasher = new Hasher(1, { busy: true })
    const pending = Array.from({ length: 8 }, () => hasher.digest(sharedBytes(8_388_608)))
    const outcomes = Promise.allSettled(pending)
    await hasher.close()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INTERRUPTED' } })
    }
    await expect(hasher.digest(sharedBytes(65_537))).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})
