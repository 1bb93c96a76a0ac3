import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { refuseSpecial } from '../../src/lib/storage/special-files.ts'
import { makeSample, openEngine, seedEngine } from '../engine/support/content.ts'
import { makeTorrent, openStore, temporaryFolder } from './fixture.ts'

const isWindows = process.platform === 'win32'

it.skipIf(isWindows).each([1, 100])('is refused before any peer is asked, and named, with %i files', async count => {
  const names = ['a.bin', ...Array.from({ length: count - 1 }, (_, index) => `${index}`)]
  const { source } = await makeSample(Object.fromEntries(names.map(name => [name, 1_000])))
  const output = await temporaryFolder()
  const pipe = join(output, 'a.bin')
  execFileSync('mkfifo', [pipe])
  const engine = await openEngine()
  const session = engine.download(source, { output })
  await expect(session.done).rejects.toMatchObject({
    code: 'DISK_FAILED',
    message: `"${pipe}" is a named pipe, where a file belongs; move it away or choose another place with -o`,
  })
})

describe.skipIf(isWindows)('what stands in place of the part file', () => {
  it.each([
    ['a named pipe', 'DISK_FAILED', (path: string) => execFileSync('mkfifo', [path])],
    ['a folder', 'DISK_FAILED', (path: string) => mkdirSync(path)],
    ['a symbolic link', 'DISK_PERMISSION', (path: string) => symlinkSync('nowhere', path)],
  ])('is refused before any peer is asked where it is %s and needed', async (kind, code, plant) => {
    const { source } = await makeSample({ 'a.bin': 1_000, 'b.bin': 1_000 })
    const output = await temporaryFolder()
    const path = join(output, `.${hex(source.infoHash)}.bt-parts`)
    plant(path)
    const engine = await openEngine()
    await expect(engine.download(source, { output, select: () => [0] }).done).rejects.toMatchObject({
      code,
      message: new RegExp(`^"${path}" is ${kind}`),
    })
  })

  it('may be a folder where it is not needed', async () => {
    const sample = await makeSample({ 'a.bin': 1_000 })
    const output = await temporaryFolder()
    await mkdir(join(output, `.${hex(sample.source.infoHash)}.bt-parts`))
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    await engine.download(sample.source, { output, peers: [address] }).done
  })
})

it('may be a folder or a link too; what is to be a link, or is not wanted, may be anything', async () => {
  const { info } = makeTorrent([
    { path: 'folder', length: 16 },
    { path: 'link', length: 16 },
    { path: 'own-link', length: 0, symlink: ['file'] },
    { path: 'file', length: 16 },
    { path: 'missing', length: 16 },
  ])
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  const [folder = '', link = '', ownLink = '', file = ''] = output.paths
  await mkdir(folder, { recursive: true })
  for (const path of [link, ownLink]) await symlink('file', path)
  await writeFile(file, '')
  const store = await openStore({ info, output, mode: 'write', selected: new Set([1, 2, 3, 4]) })
  const check = async (files: readonly number[]): Promise<void> =>
    refuseSpecial({ output, files, survey: await store.looks.survey() })
  await expect(check([1, 2, 3, 4])).rejects.toMatchObject({ code: 'DISK_PERMISSION', details: { path: link } })
  await rm(link)
  await expect(check([1, 2, 3, 4])).resolves.toBeUndefined()
  await rm(file)
  await mkdir(file)
  await expect(check([1, 2, 3, 4])).rejects.toMatchObject({ code: 'DISK_FAILED', details: { path: file } })
})
