// The output folder itself becomes another one in the midst of a download.
import { mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { saveResume } from '../../src/lib/storage/resume.ts'
import { makeTorrent, openStore, temporaryFolder, writePieces, type Fixture } from './fixture.ts'

/** A piece in one file, one in several small ones in a folder, and one in an other file. */
const torrent = (): Fixture =>
  makeTorrent([
    { path: 'a', length: 16 },
    ...Array.from({ length: 4 }, (_, index) => ({ path: `small/${index}`, length: 4 })),
    { path: 'b', length: 16 },
    { path: 'flat-1', length: 8 },
    { path: 'flat-2', length: 8 },
  ])

const VICTIMS = ['b', 'small/2', 'flat-1']

/** A store with its first piece written, in a folder that the user named by a link; then the link leads to files of others. */
async function swapped({ whole }: { whole?: boolean } = {}) {
  const above = await temporaryFolder()
  const elsewhere = join(above, 'elsewhere')
  await mkdir(join(elsewhere, 'small'), { recursive: true })
  for (const path of VICTIMS) await writeFile(join(elsewhere, path), 'precious')
  await mkdir(join(above, 'real'))
  await symlink('real', join(above, 'out'))
  const fixture = torrent()
  const { info } = fixture
  const output = await resolveOutput(info, 'out', above)
  const store = await openStore({ info, output, mode: 'write' })
  await writePieces(store, fixture, whole === true ? [0, 1, 2, 3] : [0])
  await rm(join(above, 'out'))
  await symlink('elsewhere', join(above, 'out'))
  const refusal = {
    code: 'DISK_PERMISSION',
    message: /out" leads to ".*elsewhere" by now, and to ".*real" when the download began; put it back/,
    details: { path: output.root },
  }
  return { above, elsewhere, fixture, info, store, refusal }
}

describe('an output folder that leads elsewhere by now', () => {
  it.each([
    ['a file', 2],
    ['small files in a folder', 1],
    ['small files in it', 3],
  ])('has nothing written to %s that is there, nor made', async (_, piece) => {
    const { elsewhere, fixture, store, refusal } = await swapped()
    await expect(writePieces(store, fixture, [piece])).rejects.toMatchObject(refusal)
    for (const path of VICTIMS) expect(await readFile(join(elsewhere, path), 'utf8')).toBe('precious')
    expect((await readdir(elsewhere)).sort()).toEqual(['b', 'flat-1', 'small'])
    expect(await readdir(join(elsewhere, 'small'))).toEqual(['2'])
  })

  it('has no record saved of files that are others', async () => {
    const { elsewhere, info, store, refusal } = await swapped()
    const state = { store, info, have: Bitfield.full(4), uploaded: 0, downloaded: 0 }
    await expect(saveResume(state)).rejects.toMatchObject(refusal)
    expect((await readdir(elsewhere)).sort()).toEqual(['b', 'flat-1', 'small'])
  })

  it('has nothing removed, though it was all written before', async () => {
    const { elsewhere, store, refusal } = await swapped({ whole: true })
    await expect(store.whole.remove(5)).rejects.toMatchObject(refusal)
    await expect(store.looks.again()).rejects.toMatchObject(refusal)
    expect(await readFile(join(elsewhere, 'b'), 'utf8')).toBe('precious')
  })

  it('is written to again once it is put back', async () => {
    const { above, fixture, store, refusal } = await swapped()
    await expect(writePieces(store, fixture, [2])).rejects.toMatchObject(refusal)
    await rename(join(above, 'out'), join(above, 'link'))
    await symlink('real', join(above, 'out'))
    await writePieces(store, fixture, [1, 2, 3])
    expect(new Uint8Array(await readFile(join(above, 'real', 'b')))).toEqual(fixture.bytesOf(5))
  })
})
