import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { diskError } from '../../src/lib/storage/disk-error.ts'
import type { FileStore } from '../../src/lib/storage/files.ts'
import { Disk } from '../../src/lib/storage/disk.ts'
import { resolveOutput, type Output } from '../../src/lib/storage/output.ts'
import { wantedPieces } from '../../src/lib/storage/plan.ts'
import { verifyContent } from '../../src/lib/storage/verify.ts'
import {
  makeTorrent,
  openStore,
  readFrom,
  temporaryFolder,
  writeContent,
  writePieces,
  type Fixture,
} from './fixture.ts'
import { mountTmpfs } from './tmpfs.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

const many = (): Fixture =>
  makeTorrent([
    { path: 'a', length: 20 },
    { path: 'empty/file', length: 0 },
    { path: 'pad', length: 12, padding: true },
    { path: 'sub/deep/b', length: 37 },
    { path: 'c', length: 5 },
  ])

async function outputOf(torrent: Fixture): Promise<Output> {
  return resolveOutput(torrent.info, 'out', await temporaryFolder())
}

async function writable(torrent: Fixture, output: Output, selected?: ReadonlySet<number>): Promise<FileStore> {
  return openStore({ info: torrent.info, output, mode: 'write', ...(selected === undefined ? {} : { selected }) })
}

describe('reading and writing', () => {
  it('stores pieces across files, padding and empty files, written in any order at once', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await Promise.all([4, 0, 3, 1, 2].map(piece => writePieces(store, torrent, [piece])))
    for (const file of [0, 1, 3, 4]) {
      expect(new Uint8Array(await readFile(output.paths[file] ?? ''))).toEqual(torrent.bytesOf(file))
    }
    expect(existsSync(output.paths[2] ?? '')).toBe(false)
    expect(await readFrom(store, 0, torrent.content.length)).toEqual(torrent.content)
    expect(await readFrom(store, 18, 30)).toEqual(torrent.content.subarray(18, 48))
    await store.looks.again()
    expect(store.looks.changes).toBe(0)
  })

  it('reads into a used buffer, zeros included', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await writeContent(torrent, output)
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    const buffer = new Uint8Array(64).fill(0xee)
    const data = await store.tryRead(10, 40, buffer)
    if (data === 'missing') throw new Error('all of it is there')
    expect(data).toEqual(torrent.content.subarray(10, 50))
    expect(data.buffer).toBe(buffer.buffer)
    expect(buffer.subarray(40)).toEqual(new Uint8Array(24).fill(0xee))
  })

  it('reads into scattered parts, whatever the files between them', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await writeContent(torrent, output)
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    for (const [offset, lengths] of [
      [0, [20]],
      [3, [1, 7, 40, 0, 9]],
      [18, [2, 12, 3]],
      [0, [74]],
      [22, [4]],
      [60, [9, 5]],
    ] as const) {
      const buffer = new Uint8Array(100).fill(0xee)
      const expected = buffer.slice()
      let at = 0
      let from: number = offset
      const parts = lengths.map(length => {
        const part = buffer.subarray(at + 5, at + 5 + length)
        expected.set(torrent.content.subarray(from, from + length), at + 5)
        from += length
        at += 5 + length
        return part
      })
      await store.readScattered(offset, parts)
      expect(buffer).toEqual(expected)
    }
    await expect(store.readScattered(70, [new Uint8Array(5)])).rejects.toMatchObject({ code: 'INTERNAL' })
    await rm(output.paths[4] ?? '')
    const gone = await openStore({ info: torrent.info, output, mode: 'read' })
    const parts = [new Uint8Array(4), new Uint8Array(4)]
    await expect(gone.readScattered(65, parts)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND', message: /out\/c"/ })
  })

  it('gives a file its final size with the first write', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    expect(existsSync(output.paths[3] ?? '')).toBe(false)
    await writePieces(store, torrent, [3])
    expect((await stat(output.paths[3] ?? '')).size).toBe(37)
  })

  it('makes folders and empty files when the download starts', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await writable(torrent, output)
    expect((await stat(output.paths[1] ?? '')).size).toBe(0)
    expect((await stat(join(output.root, 'sub', 'deep'))).isDirectory()).toBe(true)
  })

  it('destroys nothing that is there before a piece is verified: too long files stay, and full ones that should be empty', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const precious = 'precious, and longer than any file of the torrent'
    await writeContent(torrent, output)
    for (const path of [0, 1, 3].map(file => output.paths[file] ?? '')) await writeFile(path, precious)
    const sizes = () => Promise.all([0, 1, 3].map(async file => (await stat(output.paths[file] ?? '')).size))
    const store = await writable(torrent, output)
    const there = new Bitfield(torrent.info.pieceCount)
    there.set(2)
    await verifyContent({ hasher, store, info: torrent.info, pieces: there })
    await store.close()
    expect(await sizes()).toEqual([precious.length, precious.length, precious.length])
    const again = await writable(torrent, output)
    await writePieces(again, torrent, [3])
    expect(await sizes()).toEqual([precious.length, 0, 37])
  })

  it('cuts what is too long once all its pieces are verified, and then empties what should be empty', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await writeContent(torrent, output)
    for (const file of [0, 1, 3]) {
      await writeFile(output.paths[file] ?? '', Buffer.concat([torrent.bytesOf(file), Buffer.from('more')]))
    }
    const store = await writable(torrent, output)
    const allButLast = Bitfield.full(torrent.info.pieceCount)
    allButLast.clear(4)
    await verifyContent({ hasher, store, info: torrent.info, pieces: allButLast })
    expect(new Uint8Array(await readFile(output.paths[0] ?? ''))).toEqual(torrent.bytesOf(0))
    expect((await stat(output.paths[1] ?? '')).size).toBe(0)
    expect((await stat(output.paths[3] ?? '')).size).toBe(41)
  })

  it('cuts nothing that is only read', async () => {
    const torrent = makeTorrent(20)
    const output = await outputOf(torrent)
    await writeFile(output.paths[0] ?? '', Buffer.concat([torrent.content, Buffer.from('more')]))
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    expect((await verifyContent({ hasher, store, info: torrent.info })).complete).toBe(true)
    expect((await stat(output.paths[0] ?? '')).size).toBe(24)
  })

  it('keeps few files open, and still reads and writes them all at once', async () => {
    const torrent = makeTorrent(Array.from({ length: 50 }, (_, i) => ({ path: `${i}`, length: 7 })))
    const output = await outputOf(torrent)
    const store = await openStore({ info: torrent.info, output, mode: 'write', disk: new Disk(2) })
    const pieces = Array.from({ length: torrent.info.pieceCount }, (_, i) => i)
    await Promise.all(pieces.map(piece => writePieces(store, torrent, [piece])))
    await store.sync()
    expect(await readFrom(store, 0, 350)).toEqual(torrent.content)
  })

  it('shares the files it keeps open with other stores, and closes its own', async () => {
    const torrent = makeTorrent(Array.from({ length: 10 }, (_, i) => ({ path: `${i}`, length: 7 })))
    const disk = new Disk(3)
    const stores = await Promise.all(
      [1, 2].map(async () => {
        const output = await outputOf(torrent)
        await writeContent(torrent, output)
        return openStore({ info: torrent.info, output, mode: 'read', disk })
      }),
    )
    const reads = stores.flatMap(store => [0, 1, 2, 3, 4].map(async i => (await readFrom(store, i * 7, 7)).length))
    expect(await Promise.all(reads)).toEqual(Array.from({ length: 10 }, () => 7))
    expect(disk.files.size).toBe(3)
    const [first, second] = stores
    if (second === undefined) throw new Error('there are two')
    await readFrom(second, 0, 7)
    await readFrom(second, 7, 7)
    await first?.close()
    expect(disk.files.size).toBeGreaterThanOrEqual(2)
    await second.close()
    expect(disk.files.size).toBe(0)
  })

  it('refuses ranges outside the content and use after close', async () => {
    const torrent = makeTorrent(20)
    const store = await writable(torrent, await outputOf(torrent))
    await expect(readFrom(store, 10, 11)).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(store.write(-1, new Uint8Array(1))).rejects.toMatchObject({ code: 'INTERNAL' })
    await store.close()
    await expect(store.write(0, torrent.content)).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('what is missing', () => {
  it('is said to be missing, never read as zeros or garbage', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await writeContent(torrent, output)
    await truncate(output.paths[3] ?? '', 30)
    await rm(output.paths[4] ?? '')
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    const buffer = new Uint8Array(16)
    expect(await store.tryRead(48, 16, buffer)).toBe('missing')
    expect(await store.tryRead(69, 5)).toBe('missing')
    expect(await store.tryRead(32, 30)).toEqual(torrent.content.subarray(32, 62))
    await expect(readFrom(store, 69, 5)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND', message: /out\/c"/ })
    await expect(readFrom(store, 32, 42)).rejects.toMatchObject({ message: /b" and 1 other file;/, lost: [] })
  })

  it('includes a file below what is no folder', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await mkdir(output.root, { recursive: true })
    await writeFile(join(output.root, 'sub'), 'a file')
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    expect(await store.tryRead(32, 16)).toBe('missing')
  })

  it('can be read in write mode as soon as it is written', async () => {
    const torrent = many()
    const store = await writable(torrent, await outputOf(torrent))
    expect(await store.tryRead(0, 16)).toBe('missing')
    await writePieces(store, torrent, [0])
    expect(await store.tryRead(0, 16)).toEqual(torrent.piece(0))
  })
})

describe('read-only mode', () => {
  it('creates and changes nothing, and refuses to write', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    expect(await store.tryRead(0, 16)).toBe('missing')
    await expect(store.write(0, torrent.piece(0))).rejects.toMatchObject({ code: 'INTERNAL' })
    await store.sync()
    expect(existsSync(output.root)).toBe(false)
  })

  it('works beside a writer, and follows the links of whoever put the content there', async () => {
    const torrent = makeTorrent(20)
    const output = await outputOf(torrent)
    await writeFile(join(output.root, 'real'), torrent.content)
    await symlink('real', output.paths[0] ?? '')
    const store = await openStore({ info: torrent.info, output, mode: 'read' })
    expect(await readFrom(store, 0, 20)).toEqual(torrent.content)
  })
})

describe('planted symbolic links', () => {
  it('are not written through where a file belongs', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const victim = join(await temporaryFolder(), 'victim')
    await writeFile(victim, 'precious, and longer than the file of the torrent')
    await mkdir(output.root, { recursive: true })
    await symlink(victim, output.paths[0] ?? '')
    const store = await writable(torrent, output)
    await expect(writePieces(store, torrent, [0])).rejects.toMatchObject({
      code: 'DISK_PERMISSION',
      message: /symbolic link/,
    })
    expect(await readFile(victim, 'utf8')).toMatch(/^precious/)
  })

  it('are not written through where a folder belongs, not even one that appears later', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const elsewhere = await temporaryFolder()
    const store = await writable(torrent, output)
    await rm(join(output.root, 'sub'), { recursive: true })
    await symlink(elsewhere, join(output.root, 'sub'))
    await expect(writePieces(store, torrent, [3])).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    await store.close()
    await expect(writable(torrent, output)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    expect(await readdir(elsewhere)).toEqual([])
  })

  it('are not written through to a file already begun', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    const store = await openStore({ info: torrent.info, output, mode: 'write', disk: new Disk(0) })
    await writePieces(store, torrent, [2])
    const elsewhere = join(await temporaryFolder(), 'sub')
    await rename(join(output.root, 'sub'), elsewhere)
    await symlink(elsewhere, join(output.root, 'sub'))
    const before = await readFile(join(elsewhere, 'deep', 'b'))
    await expect(writePieces(store, torrent, [3])).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    expect(await readFile(join(elsewhere, 'deep', 'b'))).toEqual(before)
  })

  it('do not stop a later start: the lock is free after a failure', async () => {
    const torrent = many()
    const output = await outputOf(torrent)
    await mkdir(output.root, { recursive: true })
    await writeFile(join(output.root, 'sub'), 'a file')
    await expect(writable(torrent, output)).rejects.toMatchObject({ code: 'DISK_FAILED', message: /not a folder/ })
    await rm(join(output.root, 'sub'))
    await writable(torrent, output)
  })

  it.skipIf(process.platform === 'win32')('nor is a pipe waited for', async () => {
    const torrent = makeTorrent(20)
    const output = await outputOf(torrent)
    execFileSync('mkfifo', [output.paths[0] ?? ''])
    const reader = await openStore({ info: torrent.info, output, mode: 'read' })
    await expect(reader.tryRead(0, 20)).rejects.toMatchObject({ code: 'DISK_FAILED', message: /regular file/ })
    const writer = await writable(torrent, output)
    await expect(writer.write(0, torrent.content)).rejects.toMatchObject({ code: 'DISK_FAILED' })
  })
})

describe('attributes of BEP 47', () => {
  it('makes links that stay inside the torrent, and files that can be run', async () => {
    const torrent = makeTorrent([
      { path: 'sub/link', length: 0, symlink: ['bin', 'tool'] },
      { path: 'bin/tool', length: 20, executable: true },
    ])
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0, 1])
    expect(await readlink(output.paths[0] ?? '')).toBe(join('..', 'bin', 'tool'))
    expect(new Uint8Array(await readFile(output.paths[0] ?? ''))).toEqual(torrent.bytesOf(1))
    expect((await stat(output.paths[1] ?? '')).mode & 0o100).toBe(0o100)
  })

  it('makes a link to the folder that it lies in', async () => {
    const torrent = makeTorrent([
      { path: 'sub/file', length: 16 },
      { path: 'sub/here', length: 0, symlink: ['sub'] },
    ])
    const output = await outputOf(torrent)
    await writable(torrent, output)
    expect(await readlink(output.paths[1] ?? '')).toBe('.')
  })

  it('never lets a link stand in for a folder of other files', async () => {
    const torrent = makeTorrent([
      { path: 'folder', length: 0, symlink: ['other'] },
      { path: 'folder/file', length: 4 },
    ])
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0])
    expect((await lstat(join(output.root, 'folder'))).isDirectory()).toBe(true)
  })
})

describe('many small files', () => {
  /** Pieces of about ten files, most of them whole in one. */
  const small = (): Fixture =>
    makeTorrent(
      Array.from({ length: 100 }, (_, i) => ({ path: `sub/${i % 3}/${i}`, length: 50 + ((i * 7) % 23) })),
      600,
    )
  const all = (torrent: Fixture): number[] => Array.from({ length: torrent.info.pieceCount }, (_, i) => i)

  it('are written, flushed, looked at and read', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    expect((await store.looks.survey()).files.every(({ stamp }) => stamp === undefined)).toBe(true)
    await Promise.all(all(torrent).map(piece => writePieces(store, torrent, [piece])))
    await store.sync()
    for (const [index, path] of output.paths.entries()) {
      expect(new Uint8Array(await readFile(path))).toEqual(torrent.bytesOf(index))
    }
    for (const mode of ['read', 'write'] as const) {
      if (mode === 'write') await store.close()
      const again =
        mode === 'read' ? await openStore({ info: torrent.info, output, mode }) : await writable(torrent, output)
      expect(await readFrom(again, 0, torrent.content.length)).toEqual(torrent.content)
      expect(await readFrom(again, 77, 1234)).toEqual(torrent.content.subarray(77, 77 + 1234))
      const { files } = await again.looks.survey()
      for (const [index, path] of output.paths.entries()) {
        const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
        expect(files[index]?.stamp).toEqual({ size: Number(size), mtimeNs, ctimeNs })
      }
    }
  })

  it('are seen changed where others did so between two writes of ours, and not by ours', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await store.looks.survey()
    await writePieces(store, torrent, [0, 1, 2])
    expect(store.looks.changes).toBe(0)
    const shared = torrent.info.files.findIndex(({ offset, length }) => offset + length > 1800)
    await utimes(output.paths[shared] ?? '', 1, 1)
    await writePieces(store, torrent, all(torrent).slice(3))
    expect([store.looks.changes, store.looks.changesIn(1799, 1).count]).toEqual([1, 1])
  })

  it('are cut where they are too long, and missing where they are too short or gone', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    await writeContent(torrent, output)
    const [long = '', short = '', gone = ''] = [3, 4, 5].map(index => output.paths[index])
    await writeFile(long, Buffer.alloc(1000))
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0])
    expect(new Uint8Array(await readFile(long))).toEqual(torrent.bytesOf(3))
    await truncate(short, 10)
    expect(await store.tryRead(0, 600)).toBe('missing')
    await writePieces(store, torrent, [0])
    expect(await readFrom(store, 0, 600)).toEqual(torrent.piece(0))
    await rm(gone)
    await expect(readFrom(store, 0, 600)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  })

  it('are made again where a read has told that they were taken away', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0])
    for (const file of [0, 1, 5]) await rm(output.paths[file] ?? '')
    await store.sync()
    const lost = [0, 1, 5].map(file => ({ offset: torrent.info.files[file]?.offset }))
    await expect(readFrom(store, 0, 600)).rejects.toMatchObject({
      code: 'DISK_NOT_FOUND',
      message: `bytes are missing in "${output.paths[0]}" and 2 other files; verify the torrent to see what is there`,
      lost,
    })
    await writePieces(store, torrent, [0])
    await store.sync()
    expect(await readFrom(store, 0, 600)).toEqual(torrent.piece(0))
  })

  it('are not made again once they were taken away', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0])
    const shared = torrent.info.files.findIndex(({ offset, length }) => offset < 600 && offset + length > 600)
    await rm(output.paths[shared] ?? '')
    await expect(writePieces(store, torrent, [1])).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
    expect(existsSync(output.paths[shared] ?? '')).toBe(false)
  })

  it('are not written through a planted link, neither as a file nor as a folder', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const elsewhere = await temporaryFolder()
    const store = await writable(torrent, output)
    await symlink(join(elsewhere, 'victim'), output.paths[2] ?? '')
    await expect(writePieces(store, torrent, [0])).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    await rm(join(output.root, 'sub', '1'), { recursive: true })
    await symlink(elsewhere, join(output.root, 'sub', '1'))
    await expect(writePieces(store, torrent, [2])).rejects.toMatchObject({
      code: 'DISK_PERMISSION',
      message: /sub\/1" is a symbolic link/,
    })
    expect(await readdir(elsewhere)).toEqual([])
  })

  it('can not be read nor written once the store is closed', async () => {
    const torrent = small()
    const output = await outputOf(torrent)
    const store = await writable(torrent, output)
    await writePieces(store, torrent, [0])
    const reading = readFrom(store, 0, 600)
    await store.close()
    expect(await reading).toEqual(torrent.piece(0))
    await expect(writePieces(store, torrent, [1])).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(readFrom(store, 0, 600)).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  it('do not fit a full disk either, and leave nothing that looks like another file', async context => {
    const torrent = makeTorrent(
      Array.from({ length: 40 }, (_, i) => ({ path: `${i}`, length: 6000 })),
      240_000,
    )
    const folder = await mountTmpfs('size=128k')
    if (folder === undefined) context.skip('no small file system can be mounted here')
    const output = await resolveOutput(torrent.info, folder ?? '', '/')
    const store = await writable(torrent, output)
    await expect(writePieces(store, torrent, [0])).rejects.toMatchObject({ code: 'DISK_FULL' })
    const sizes = (await store.looks.survey()).files.flatMap(({ stamp }) => stamp?.size ?? [])
    expect(sizes.filter(size => size !== 6000 && size !== 0)).toEqual([])
  })
})

describe('a selection', () => {
  const edges = (): Fixture =>
    makeTorrent([
      { path: 'before', length: 24 },
      { path: 'chosen', length: 24 },
      { path: 'after', length: 24 },
      { path: 'far', length: 24 },
    ])
  const chosen = new Set([1])

  it('keeps the shared edges of its neighbours in a part file, across restarts', async () => {
    const torrent = edges()
    const output = await outputOf(torrent)
    const first = await writable(torrent, output, chosen)
    await writePieces(first, torrent, wantedPieces(torrent.info, chosen).indices())
    await first.close()
    const names = await readdir(output.root)
    expect(names.filter(name => !name.startsWith('.'))).toEqual(['chosen'])
    expect(existsSync(output.partsPath)).toBe(true)
    for (const mode of ['write', 'read'] as const) {
      const again = await openStore({ info: torrent.info, output, mode, selected: chosen })
      expect(await readFrom(again, 16, 32)).toEqual(torrent.content.subarray(16, 48))
      await again.close()
    }
  })

  it('uses a neighbour that is there, without changing its size', async () => {
    const torrent = edges()
    const output = await outputOf(torrent)
    await mkdir(output.root, { recursive: true })
    await writeFile(output.paths[0] ?? '', torrent.bytesOf(0))
    await writeFile(output.paths[2] ?? '', Buffer.alloc(40))
    const store = await writable(torrent, output, chosen)
    expect(await readFrom(store, 0, 24)).toEqual(torrent.bytesOf(0))
    await store.write(40, torrent.content.subarray(40, 56))
    expect((await stat(output.paths[2] ?? '')).size).toBe(40)
    expect(existsSync(output.partsPath)).toBe(false)
  })

  it('drops the part file once all is selected', async () => {
    const torrent = edges()
    const output = await outputOf(torrent)
    const first = await writable(torrent, output, chosen)
    await writePieces(first, torrent, [1])
    await first.close()
    const second = await writable(torrent, output)
    expect(existsSync(output.partsPath)).toBe(false)
    expect(await second.tryRead(16, 8)).toBe('missing')
    expect(await readFrom(second, 24, 8)).toEqual(torrent.content.subarray(24, 32))
  })
})

describe('failures of the disk', () => {
  it('says that the disk is full, and keeps what it has', async context => {
    const torrent = makeTorrent(
      [
        { path: 'small', length: 16 },
        { path: 'large', length: 300_000 },
      ],
      100_000,
    )
    const folder = await mountTmpfs('size=64k')
    if (folder === undefined) context.skip('no small file system can be mounted here')
    const output = await resolveOutput(torrent.info, folder ?? '', '/')
    const store = await writable(torrent, output)
    await store.write(0, torrent.bytesOf(0))
    await expect(writePieces(store, torrent, [1])).rejects.toMatchObject({ code: 'DISK_FULL', message: /large".*free/ })
    expect(await readFrom(store, 0, 16)).toEqual(torrent.bytesOf(0))
  })

  it('has threads make many empty files, but those that are executable', async () => {
    const names = Array.from({ length: 200 }, (_, n) => `sub/${n}`)
    const torrent = makeTorrent([
      ...names.map((path, n) => ({ path, length: 0, ...(n === 7 ? { executable: true } : {}) })),
      { path: 'full', length: 1 },
    ])
    const output = await outputOf(torrent)
    const disk = new Disk()
    const store = await openStore({ info: torrent.info, output, mode: 'write', disk })
    expect(disk.threads.threads).toBeGreaterThan(0)
    await store.close()
    await disk.close()
    const modes = await Promise.all(names.map(async name => (await stat(join(output.root, name))).mode & 0o100))
    expect(modes.flatMap((mode, n) => (mode === 0 ? [] : [n]))).toEqual([7])
  })

  it('says that writing is not allowed', async context => {
    const torrent = many()
    const folder = await mountTmpfs('ro')
    if (folder === undefined) context.skip('no read-only file system can be mounted here')
    const output = await resolveOutput(torrent.info, join(folder ?? '', 'out'), '/')
    await expect(writable(torrent, output)).rejects.toMatchObject({ code: 'DISK_PERMISSION', message: /EROFS/ })
  })

  it.each([
    ['ENOSPC', 'DISK_FULL'],
    ['EDQUOT', 'DISK_FULL'],
    ['EACCES', 'DISK_PERMISSION'],
    ['EPERM', 'DISK_PERMISSION'],
    ['ELOOP', 'DISK_PERMISSION'],
    ['ENOENT', 'DISK_NOT_FOUND'],
    ['EFBIG', 'DISK_FAILED'],
    ['ENOTDIR', 'DISK_FAILED'],
    ['ENAMETOOLONG', 'DISK_FAILED'],
    ['EIO', 'DISK_FAILED'],
  ])('maps %s to %s, naming the path', (errno, code) => {
    const error = diskError(Object.assign(new Error('failed'), { code: errno }), '/some/file', 'write')
    expect(error).toMatchObject({ code, message: /"\/some\/file"/ })
    expect(diskError(error, '/other', 'read')).toBe(error)
  })

  it('says of a name that was no UTF-8 that no file is found by it', () => {
    const error = Object.assign(new Error('failed'), { code: 'ENOENT' })
    expect(diskError(error, '/some/\ufffd', 'read').message).toMatch(/"\/some\/\ufffd": its name is not UTF-8/)
    expect(diskError(error, '/some/\u00e9', 'read').message).toMatch(/it does not exist/)
  })

  it('says of a link that leads round, and is only read, that it does', () => {
    const error = Object.assign(new Error('failed'), { code: 'ELOOP' })
    expect(diskError(error, '/some/link', 'read')).toMatchObject({
      code: 'DISK_FAILED',
      message: '"/some/link" leads round from one symbolic link to the next; mend the link',
    })
  })
})
