// Every row of the table, read, and where it can be read, put into a folder: nothing appears outside of that.
import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BtError } from '../../src/lib/base/errors.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { MAX_NAME_BYTES } from '../../src/lib/metainfo/limits.ts'
import { parseMetainfo, type FileEntry, type Metainfo } from '../../src/lib/metainfo/metainfo.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { openStore, temporaryFolder } from '../storage/fixture.ts'
import { TORRENT_CASES, type TorrentCase } from './torrents.ts'

function read(bytes: Uint8Array): Metainfo | BtError {
  try {
    return parseMetainfo(bytes)
  } catch (error) {
    if (error instanceof BtError) return error
    throw error
  }
}

function shown({ path, symlink }: FileEntry): string {
  return symlink === undefined ? path.join('/') : `${path.join('/')} -> ${symlink.join('/')}`
}

/** As a file system that folds case and normalisation has it. */
const folded = (path: readonly string[]): string => path.join('/').normalize('NFC').toLowerCase()

describe('a torrent with', () => {
  it.each<TorrentCase>(TORRENT_CASES)('$has', async ({ bytes, expected }) => {
    const result = read(bytes())
    if ('error' in expected) {
      expect(result).toMatchObject({ code: expected.error, message: expect.stringMatching(expected.says) })
      expect((result as BtError).message.length).toBeLessThan(400)
      return
    }
    if (result instanceof BtError) throw result
    const { info } = result
    expect(info.files.filter(({ padding }) => !padding).map(shown)).toEqual(expected.paths)
    expect(new Set(info.files.map(({ path }) => folded(path))).size).toBe(info.files.length)
    for (const name of info.files.flatMap(({ path, symlink = [] }) => [...path, ...symlink])) {
      expect(name).not.toMatch(/[/\\\p{Cc}\p{Cs}\p{Bidi_Control}]|^\.{0,2}$|[. ]$|^[a-z]:/iu)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES)
    }
    await expectInside(info)
  })
})

/** Makes what a download makes before its first piece, in a folder that has neighbours. */
async function expectInside(info: Metainfo['info']): Promise<void> {
  const above = await temporaryFolder()
  await writeFile(join(above, 'neighbour'), 'mine')
  const output = await resolveOutput(info, `in${sep}`, above)
  await mkdir(join(above, 'in'))
  await writeFile(join(above, 'in', '.bashrc'), 'mine')
  const store = await openStore({ info, output, mode: 'write' })
  await store.close()
  expect((await readdir(above)).toSorted()).toEqual(['in', 'neighbour'])
  const root = resolve(above, 'in')
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue
    const target = resolve(entry.parentPath, await readlink(join(entry.parentPath, entry.name)))
    expect(relative(root, target)).not.toMatch(/^\.\.|^\.bashrc$/)
  }
}

describe('a torrent of many', () => {
  it('files without bytes is read', () => {
    const files = Array.from({ length: 50_000 }, (_, i) => ({ length: 0, path: [i.toString(36)] }))
    const result = read(encode({ info: { name: 'n', files, 'piece length': 16_384, pieces: '' } }))
    expect(result).toMatchObject({ info: { pieceCount: 0, files: { length: 50_000 } } })
  })

  it('folders in folders is, with links to all of them', () => {
    const files = Array.from({ length: 5_000 }, (_, i) => ({
      length: 0,
      path: [...Array.from({ length: 90 }, () => 'd'), `${i}`],
    }))
    const links = Array.from({ length: 500 }, (_, i) => ({
      length: 0,
      attr: 'l',
      path: [`l${i}`],
      'symlink path': Array.from({ length: 1 + (i % 90) }, () => 'd'),
    }))
    const result = read(
      encode({ info: { name: 'n', files: [...files, ...links], 'piece length': 16_384, pieces: '' } }),
    )
    if (result instanceof BtError) throw result
    expect(result.info.files.filter(({ symlink }) => symlink !== undefined)).toHaveLength(500)
  })
})
