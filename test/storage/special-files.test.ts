import { execFileSync } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { refuseSpecial } from '../../src/lib/storage/special-files.ts'
import { makeSample, openEngine } from '../engine/support/content.ts'
import { makeTorrent, temporaryFolder } from './fixture.ts'

it.skipIf(process.platform === 'win32')('is refused before any peer is asked, and named', async () => {
  const { source } = await makeSample({ 'a.bin': 1_000 })
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
  const check = (files: readonly number[]): Promise<void> => refuseSpecial({ output, info, files })
  await expect(check([1, 2, 3, 4])).rejects.toMatchObject({ code: 'DISK_PERMISSION', details: { path: link } })
  await rm(link)
  await expect(check([1, 2, 3, 4])).resolves.toBeUndefined()
  await expect(check([4, 0])).rejects.toMatchObject({ code: 'DISK_FAILED', details: { path: folder } })
})
