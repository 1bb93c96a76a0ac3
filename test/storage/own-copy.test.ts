import { chmod, link, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isLinked, makeOwnCopy } from '../../src/lib/storage/own-copy.ts'
import { temporaryFolder } from './fixture.ts'

/** Bytes. */
const SIZE = 100_000_000

async function linked(): Promise<{ folder: string; path: string }> {
  const folder = await temporaryFolder()
  const path = join(folder, 'file')
  await writeFile(path, 'start')
  await chmod(path, 0o750)
  await truncate(path, SIZE)
  await link(path, join(folder, 'other'))
  return { folder, path }
}

it('a copy has the size, the mode and the holes of the file', async () => {
  const { folder, path } = await linked()
  expect(await isLinked(path)).toBe(true)
  await makeOwnCopy(path, join(folder, 'draft'))
  expect(await isLinked(path)).toBe(false)
  const { size, mode, blocks } = await stat(path)
  expect([size, mode & 0o777]).toEqual([SIZE, 0o750])
  expect(blocks * 512).toBeLessThan(SIZE / 10)
  expect((await readdir(folder)).sort()).toEqual(['file', 'other'])
})

it('takes the place of what a run that was killed had copied', async () => {
  const { folder, path } = await linked()
  await writeFile(join(folder, 'draft'), 'half')
  await makeOwnCopy(path, join(folder, 'draft'))
  expect((await stat(path)).size).toBe(SIZE)
  expect((await readdir(folder)).sort()).toEqual(['file', 'other'])
})

it('leaves the file as it was where it is aborted, and says where there is none', async () => {
  const { folder, path } = await linked()
  await expect(makeOwnCopy(path, join(folder, 'draft'), AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  expect(await isLinked(path)).toBe(true)
  expect((await readdir(folder)).sort()).toEqual(['file', 'other'])
  await expect(makeOwnCopy(join(folder, 'none'), join(folder, 'draft'))).rejects.toMatchObject({
    code: 'DISK_NOT_FOUND',
  })
  expect(await isLinked(join(folder, 'none'))).toBe(false)
})
