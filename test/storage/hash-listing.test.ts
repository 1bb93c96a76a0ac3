import { appendFileSync, truncateSync } from 'node:fs'
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import { hashListing, type HashOptions } from '../../src/lib/storage/hash-listing.ts'
import { listPath, type ListOptions } from '../../src/lib/storage/list-path.ts'
import { pseudoRandom, sha1, temporaryFolder } from './fixture.ts'

async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
  const folder = join(await temporaryFolder(), 'content')
  await mkdir(folder)
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
  return folder
}

async function names(folder: string, options?: ListOptions): Promise<string[]> {
  return (await listPath(folder, options)).files.map(file => file.path.join('/'))
}

async function hashed(path: string, options: HashOptions): Promise<Uint8Array> {
  return hashListing(await listPath(path), options)
}

function piecesOf(content: Uint8Array, pieceLength: number): Uint8Array {
  const hashes: Uint8Array[] = []
  for (let at = 0; at < content.length; at += pieceLength) hashes.push(sha1(content.subarray(at, at + pieceLength)))
  return concat(hashes)
}

describe('listing', () => {
  it('sorts by bytes of the whole path, or as it is told', async () => {
    const one = utf8('1')
    const folder = await folderOf({
      'a/b': one,
      'a-b': one,
      Z: one,
      é: one,
      z: one,
      'a/B': one,
      '𝒳': one,
      '\uffee': one,
    })
    const byPath = ['Z', 'a-b', 'a/B', 'a/b', 'z', 'é', '\uffee', '𝒳']
    expect(await names(folder)).toEqual(byPath)
    const order = [{ by: 'path', descending: true }] as const
    expect(await names(folder, { order })).toEqual(byPath.toReversed())
  })

  it('leaves out hidden files, junk, links and our own files, and says so', async () => {
    const one = utf8('1')
    const own = '.0123.bt-resume'
    const folder = await folderOf({
      a: one,
      '.hidden/b': one,
      'Thumbs.db': one,
      '._a': one,
      'sub/.DS_Store': one,
      [own]: one,
    })
    await symlink('a', join(folder, 'link'))
    const { files, leftOut, totalLength } = await listPath(folder)
    expect(files).toMatchObject([{ path: ['a'], length: 1 }])
    expect(totalLength).toBe(1)
    expect(leftOut).toEqual([
      { path: own, reason: 'own' },
      { path: '._a', reason: 'junk' },
      { path: '.hidden', reason: 'hidden' },
      { path: 'Thumbs.db', reason: 'junk' },
      { path: 'link', reason: 'link' },
      { path: 'sub/.DS_Store', reason: 'junk' },
    ])
    expect(await names(folder, { hidden: true })).toEqual(['.hidden/b', 'a'])
    expect(await names(folder, { junk: true })).toEqual(['._a', 'Thumbs.db', 'a', 'sub/.DS_Store'])
    expect(await names(folder, { exclude: path => path.join('/') === 'a' })).toEqual([])
    expect(await names(folder, { except: join(folder, 'a') })).toEqual([])
  })

  it('takes only what is included, of what is not left out', async () => {
    const one = utf8('1')
    const folder = await folderOf({ 'a.txt': one, 'b.bin': one, '.c.txt': one, 'sub/d.txt': one, 'not/e.txt': one })
    const options: ListOptions = {
      include: path => path.at(-1)?.endsWith('.txt') === true,
      exclude: path => path[0] === 'not',
    }
    const { leftOut } = await listPath(folder, options)
    expect(await names(folder, options)).toEqual(['a.txt', 'sub/d.txt'])
    expect(leftOut.map(({ path, reason }) => [path, reason])).toEqual([
      ['.c.txt', 'hidden'],
      ['b.bin', 'not included'],
      ['not', 'excluded'],
    ])
  })

  it('sorts by size, and ties by path', async () => {
    const folder = await folderOf({ a: utf8('22'), b: utf8('1'), c: utf8('22'), d: utf8('333') })
    const [size, path] = ['size', 'path'] as const
    expect(await names(folder, { order: [{ by: size, descending: false }] })).toEqual(['b', 'a', 'c', 'd'])
    const order = [
      { by: size, descending: true },
      { by: path, descending: true },
    ]
    expect(await names(folder, { order })).toEqual(['d', 'c', 'a', 'b'])
  })

  it('follows links where told to, but never round', async () => {
    const folder = await folderOf({ 'sub/a': utf8('1') })
    await symlink('a', join(folder, 'sub', 'link'))
    await symlink('..', join(folder, 'sub', 'up'))
    await symlink('sub', join(folder, 'again'))
    await symlink('nowhere', join(folder, 'broken'))
    await symlink('self', join(folder, 'self'))
    expect(await names(folder, { followLinks: true })).toEqual(['again/a', 'again/link', 'sub/a', 'sub/link'])
    expect((await listPath(folder, { followLinks: true })).leftOut).toEqual([
      { path: 'again/up', reason: 'loop' },
      { path: 'broken', reason: 'link' },
      { path: 'self', reason: 'loop' },
      { path: 'sub/up', reason: 'loop' },
    ])
    for (const [link, where] of [
      ['self', 'round'],
      ['broken', 'nowhere'],
    ] as const) {
      await expect(listPath(join(folder, link))).rejects.toMatchObject({
        code: 'INPUT_UNREADABLE',
        message: `"${join(folder, link)}" is a symbolic link that leads ${where}; mend it, or name a file`,
      })
    }
  })

  it.skipIf(process.platform !== 'linux')('refuses a name that is not UTF-8', async () => {
    const folder = await folderOf({})
    await writeFile(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x61, 0xff])]), '')
    await expect(listPath(folder)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', message: /not UTF-8/ })
  })

  it('says what is not there', async () => {
    await expect(listPath('/nowhere/at/all')).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  })
})

describe('hashing', () => {
  it.each([16, 20, 1000])('hashes pieces of %i bytes across files', async pieceLength => {
    const parts = ['a', 'b', 'c/d', 'e'].map(path => ({ path, bytes: pseudoRandom(path, 33) }))
    const folder = await folderOf(Object.fromEntries(parts.map(({ path, bytes }) => [path, bytes])))
    const seen: number[] = []
    const pieces = await hashed(folder, { pieceLength, onProgress: ({ hashed }) => seen.push(hashed) })
    const content = concat(parts.map(part => part.bytes))
    expect(pieces).toEqual(piecesOf(content, pieceLength))
    expect(seen).toEqual(Array.from({ length: Math.ceil(132 / pieceLength) }, (_, i) => i + 1))
  })

  it('hashes one file, off the main thread where pieces are large', async () => {
    const content = pseudoRandom('large', 1_000_000)
    const folder = await folderOf({ file: content, other: utf8('1') })
    const pieces = await hashed(join(folder, 'file'), { pieceLength: 142_858, threads: 2 })
    expect(pieces).toEqual(piecesOf(content, 142_858))
  })

  it('fails where a file grows, shrinks or goes while it is read', async () => {
    for (const change of [(path: string) => appendFileSync(path, '!'), (path: string) => truncateSync(path, 100)]) {
      const folder = await folderOf({ a: pseudoRandom('a', 1600) })
      let changed = false
      const onProgress = (): void => {
        if (!changed) change(join(folder, 'a'))
        changed = true
      }
      const hashing = hashed(folder, { pieceLength: 16, concurrency: 1, onProgress })
      await expect(hashing).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', message: /changed/ })
    }
  })

  it('fails where a file has its size but is another one than was listed', async () => {
    const folder = await folderOf({ a: pseudoRandom('a', 100) })
    const listing = await listPath(folder)
    await utimes(join(folder, 'a'), 1, 1)
    await expect(hashListing(listing, { pieceLength: 64 })).rejects.toMatchObject({ message: /changed/ })
  })

  it('fails where a file is gone, names it, and takes no empty one for granted', async () => {
    for (const name of ['a', 'empty']) {
      const folder = await folderOf({ a: pseudoRandom('a', 100), empty: new Uint8Array(), z: pseudoRandom('z', 100) })
      const listing = await listPath(folder)
      await rm(join(folder, name))
      const message = new RegExp(`read ".*/${name}": it does not exist`)
      await expect(hashListing(listing, { pieceLength: 64 })).rejects.toMatchObject({ code: 'DISK_NOT_FOUND', message })
    }
  })

  it('stops when it is aborted', async () => {
    const folder = await folderOf({ a: pseudoRandom('a', 1600) })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(hashed(folder, { pieceLength: 16, signal })).rejects.toThrow('enough')
  })
})
