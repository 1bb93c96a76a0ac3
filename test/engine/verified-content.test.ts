// Content that others change so that its times do not show it. As no test can rely on what a system's clock tells apart, the
// stamp of the open file is what the test says.
import { chmod, open, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { VerifiedContent } from '../../src/lib/engine/verified-content.ts'
import type * as Descriptor from '../../src/lib/storage/descriptor.ts'
import { FileStore } from '../../src/lib/storage/files.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { makeTorrent, openStore, temporaryFolder, writeContent, type Fixture } from '../storage/fixture.ts'

const times = vi.hoisted<{ frozen: bigint | undefined }>(() => ({ frozen: undefined }))

vi.mock('../../src/lib/storage/descriptor.ts', async importOriginal => {
  const real = await importOriginal<typeof Descriptor>()
  const exactStampOf: typeof real.exactStampOf = fd => {
    const stamp = real.exactStampOf(fd)
    const { frozen } = times
    return frozen === undefined ? stamp : { ...stamp, mtimeNs: frozen, ctimeNs: frozen }
  }
  return { ...real, exactStampOf }
})

const hasher = new Hasher()
afterAll(() => hasher.close())

interface Stage {
  readonly torrent: Fixture
  readonly content: VerifiedContent
  readonly path: string
  /** Of the content. */
  readonly read: (offset: number, length: number) => Promise<Uint8Array>
}

/** A torrent of pieces of 16 bytes, all of them right. */
async function stage(length: number): Promise<Stage> {
  const torrent = makeTorrent(length)
  const { info } = torrent
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  await writeContent(torrent, output)
  const [path = ''] = output.paths
  const store = await openStore({ info, output, mode: 'read' })
  await store.looks.survey()
  const content = new VerifiedContent(store, info, hasher)
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length)
    await content.readInto(offset, [bytes.subarray(0, 3), bytes.subarray(3)])
    return bytes
  }
  return { torrent, content, path, read }
}

function freeze(time: bigint): void {
  times.frozen = time
  onTestFinished(() => void (times.frozen = undefined))
}

async function writeAt(path: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+')
  await file.write(bytes, 0, bytes.length, position)
  await file.close()
}

describe('a file that was once seen changed', () => {
  it('is not trusted by its times again: what is changed later without a sign is not served', async () => {
    const { torrent, content, path, read } = await stage(64)
    freeze(1n)
    // Other times than at the first look, and never any other again.
    expect(await read(0, 48)).toEqual(torrent.content.slice(0, 48))
    await writeAt(path, 16, new Uint8Array(48))
    // These were hashed before, and are in memory.
    expect(await read(0, 48)).toEqual(torrent.content.slice(0, 48))
    await expect(read(50, 4)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
    await expect(read(40, 24)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
    const those = new Bitfield(4)
    those.set(0)
    await content.confirm(those)
    those.set(1)
    await expect(content.confirm(those)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  })

  it('is served from the memory that was hashed, whatever is written to it between', async () => {
    const { torrent, path, read } = await stage(64)
    freeze(1n)
    await read(48, 16)
    const digest = vi.spyOn(Hasher.prototype, 'digest').mockImplementation(async function (this: Hasher, data) {
      digest.mockRestore()
      const result = await this.digest(data)
      await writeAt(path, 0, new Uint8Array(64))
      return result
    })
    onTestFinished(() => digest.mockRestore())
    expect(await read(4, 10)).toEqual(torrent.content.slice(4, 14))
    expect(await readFile(path)).toEqual(Buffer.alloc(64))
  })

  it('is hashed once where it was only touched, as by another mode', async () => {
    const { torrent, path, read } = await stage(64)
    await read(0, 64)
    await chmod(path, 0o600)
    const digest = vi.spyOn(Hasher.prototype, 'digest')
    onTestFinished(() => digest.mockRestore())
    for (let times = 0; times < 3; times++) expect(await read(0, 64)).toEqual(torrent.content)
    expect(digest).toHaveBeenCalledTimes(4)
  })

  it('is hashed once more when its times say something again, and then no more', async () => {
    const { torrent, path, read } = await stage(64)
    await utimes(path, 1, 1)
    const digest = vi.spyOn(Hasher.prototype, 'digest')
    const now = vi.spyOn(performance, 'now')
    onTestFinished(() => void vi.restoreAllMocks())
    expect(await read(0, 16)).toEqual(torrent.content.slice(0, 16))
    const later = performance.now() + 200_000
    now.mockImplementation(() => later)
    for (let times = 0; times < 3; times++) expect(await read(0, 16)).toEqual(torrent.content.slice(0, 16))
    expect(digest).toHaveBeenCalledTimes(2)
  })

  it('is read again where one more change is seen', async () => {
    const { path, read } = await stage(64)
    freeze(1n)
    await read(0, 16)
    await writeFile(path, new Uint8Array(64))
    freeze(2n)
    await expect(read(0, 16)).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
  })
})

describe('a lost piece', () => {
  it('is not hashed where no file is, and at once where it is another than before', async () => {
    const { content, path } = await stage(32)
    const right = await readFile(path)
    const hashed = vi.spyOn(FileStore.prototype, 'digestInOneFile')
    onTestFinished(() => hashed.mockRestore())
    const look = async (): Promise<[boolean, boolean]> => {
      hashed.mockClear()
      return [await content.isRight(1), hashed.mock.calls.length > 0]
    }
    await writeFile(path, Buffer.alloc(32))
    expect(await look()).toEqual([false, true])
    await rm(path)
    expect(await look()).toEqual([false, false])
    await writeFile(path, right)
    expect(await look()).toEqual([true, true])
  })

  it('is found again though its file looks as it did when it was wrong', async () => {
    const { content } = await stage(32)
    const digest = vi.spyOn(Hasher.prototype, 'digestFile').mockResolvedValue(new Uint8Array(20))
    onTestFinished(() => digest.mockRestore())
    expect(await content.isRight(1)).toBe(false)
    digest.mockRestore()
    expect(await content.isRight(1)).toBe(true)
  })
})
