import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Folders } from '../../src/lib/storage/folders.ts'
import { temporaryFolder } from './fixture.ts'

it('looks again for who asks after a look began, though all who ask meanwhile share one', async () => {
  const root = await temporaryFolder()
  const folders = new Folders(root)
  const path = join(root, 'a', 'b')
  mkdirSync(path, { recursive: true })
  const looks = [folders.check(path), folders.check(path), folders.check(path)]
  expect(looks[2]).toBe(looks[1])
  expect(looks[1]).not.toBe(looks[0])
  await Promise.all(looks)
  const before = folders.check(path)
  await before
  renameSync(join(root, 'a'), join(root, 'real'))
  symlinkSync('real', join(root, 'a'))
  await expect(folders.check(path)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
})

it('fails for those who share a look that fails, and not for who asks later', async () => {
  const root = await temporaryFolder()
  const folders = new Folders(root)
  const path = join(root, 'a')
  const outcomes = await Promise.allSettled([folders.check(path), folders.check(path), folders.check(path)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  await folders.make(path)
  await folders.check(path)
  rmSync(path, { recursive: true })
  await expect(folders.check(path)).rejects.toMatchObject({ code: 'ENOENT' })
})
