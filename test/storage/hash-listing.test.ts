import { appendFile, mkdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import { hashPath } from '../../src/lib/storage/hash-path.ts'
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

function piecesOf(content: Uint8Array, pieceLength: number): Uint8Array {
  const hashes: Uint8Array[] = []
  for (let at = 0; at < content.length; at += pieceLength) hashes.push(sha1(content.subarray(at, at + pieceLength)))
  return concat(hashes)
}

describe('listing', () => {
  it('sorts by bytes, element by element', async () => {
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
    expect(await names(folder)).toEqual(['Z', 'a/B', 'a/b', 'a-b', 'z', 'é', '\uffee', '𝒳'])
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
    expect(files).toEqual([{ path: ['a'], length: 1 }])
    expect(totalLength).toBe(1)
    expect(leftOut).toEqual([own, '._a', '.hidden', 'Thumbs.db', 'link', 'sub/.DS_Store'])
    expect(await names(folder, { hidden: true })).toEqual(['.hidden/b', 'a'])
    expect(await names(folder, { junk: true })).toEqual(['._a', 'Thumbs.db', 'a', 'sub/.DS_Store'])
    expect(await names(folder, { exclude: path => path.join('/') === 'a' })).toEqual([])
  })

  it('follows links where told to, but never round', async () => {
    const folder = await folderOf({ 'sub/a': utf8('1') })
    await symlink('a', join(folder, 'sub', 'link'))
    await symlink('..', join(folder, 'sub', 'up'))
    await symlink('sub', join(folder, 'again'))
    expect(await names(folder, { followLinks: true })).toEqual(['again/a', 'again/link', 'sub/a', 'sub/link'])
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
    const hashed = await hashPath(folder, { pieceLength, onProgress: ({ hashed }) => seen.push(hashed) })
    const content = concat(parts.map(part => part.bytes))
    expect(hashed).toMatchObject({ name: 'content', singleFile: false, totalLength: 132, pieceLength })
    expect(hashed.pieces).toEqual(piecesOf(content, pieceLength))
    expect(seen).toEqual(Array.from({ length: Math.ceil(132 / pieceLength) }, (_, i) => i + 1))
  })

  it('hashes one file, off the main thread where pieces are large', async () => {
    const content = pseudoRandom('large', 1_000_000)
    const folder = await folderOf({ file: content, other: utf8('1') })
    const hashed = await hashPath(join(folder, 'file'), { pieceLength: total => Math.ceil(total / 7) })
    expect(hashed).toMatchObject({ name: 'file', singleFile: true, files: [{ path: ['file'], length: 1_000_000 }] })
    expect(hashed.pieces).toEqual(piecesOf(content, 142_858))
  })

  it('fails where a file grows, shrinks or goes while it is read', async () => {
    for (const change of [(path: string) => appendFile(path, '!'), (path: string) => truncate(path, 100)]) {
      const folder = await folderOf({ a: pseudoRandom('a', 1600) })
      let changing: Promise<void> | undefined
      const onProgress = (): void => {
        changing ??= change(join(folder, 'a'))
      }
      const hashing = hashPath(folder, { pieceLength: 16, concurrency: 1, onProgress })
      await expect(hashing).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', message: /changed/ })
      await changing
    }
  })

  it('has nothing to say about no bytes', async () => {
    const folder = await folderOf({ empty: new Uint8Array() })
    await expect(hashPath(folder, { pieceLength: 16 })).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })

  it('stops when it is aborted', async () => {
    const folder = await folderOf({ a: pseudoRandom('a', 1600) })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(hashPath(folder, { pieceLength: 16, signal })).rejects.toThrow('enough')
  })
})
