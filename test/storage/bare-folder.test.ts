import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isBare } from '../../src/lib/storage/bare-folder.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { loadResume } from '../../src/lib/storage/resume.ts'
import { makeTorrent, openStore, temporaryFolder } from './fixture.ts'

it('is bare with folders and state of bt, and not with anything else in them', async () => {
  const root = await temporaryFolder()
  await mkdir(join(root, 'a', 'b'), { recursive: true })
  await writeFile(join(root, '.bt-lock'), '')
  expect(await isBare(root)).toBe(true)
  await symlink('b', join(root, 'a', 'link'))
  expect(await isBare(root)).toBe(false)
  expect(await isBare(join(root, 'a', 'b'))).toBe(true)
  await writeFile(join(root, 'a', 'b', 'file'), '')
  expect(await isBare(join(root, 'a', 'b'))).toBe(false)
  expect(await isBare(join(root, 'nowhere'))).toBe(false)
})

it('is not said to be bare where there are too many folders to tell', async () => {
  const root = await temporaryFolder()
  for (let index = 0; index < 1000; index++) await mkdir(join(root, `${index}`))
  expect(await isBare(root)).toBe(false)
})

it('a file that somebody puts into the folder of a new download is seen', async () => {
  const { info } = makeTorrent([
    { path: 'folder/a', length: 40 },
    { path: 'b', length: 5 },
  ])
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  const store = await openStore({ info, output, mode: 'write' })
  const sizes = async (): Promise<(number | undefined)[]> =>
    (await loadResume({ store, info })).survey.files.map(({ stamp }) => stamp?.size)
  expect(await sizes()).toEqual([undefined, undefined])
  await writeFile(output.paths[0] ?? '', 'precious')
  expect(await sizes()).toEqual([8, undefined])
})
