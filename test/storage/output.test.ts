import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { isStateName, locateContent, resolveOutput, resumeCandidates } from '../../src/lib/storage/output.ts'
import { makeTorrent, temporaryFolder, writeContent } from './fixture.ts'

const single = makeTorrent(40).info
const many = makeTorrent([
  { path: 'a', length: 10 },
  { path: 'sub/b', length: 10 },
])

describe('where a single file goes', () => {
  it('is the path given, the folder given, or the current folder', async () => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'folder'))
    const placed = async (out?: string): Promise<string | undefined> => (await resolveOutput(single, out, cwd)).paths[0]
    expect(await placed()).toBe(join(cwd, 'torrent'))
    expect(await placed('x.bin')).toBe(join(cwd, 'x.bin'))
    expect(await placed('folder')).toBe(join(cwd, 'folder', 'torrent'))
    expect(await placed('new/')).toBe(join(cwd, 'new', 'torrent'))
    expect(await placed(join(cwd, 'deep', 'x'))).toBe(join(cwd, 'deep', 'x'))
    expect(await placed('.')).toBe(join(cwd, 'torrent'))
  })

  it('follows a link that the user gave as the folder', async () => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'folder'))
    await symlink('folder', join(cwd, 'link'))
    expect((await resolveOutput(single, 'link', cwd)).paths).toEqual([join(cwd, 'link', 'torrent')])
  })

  it('follows no link that has the name of a torrent, unless the user named it', async () => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'elsewhere'))
    await symlink('elsewhere', join(cwd, 'torrent'))
    await expect(resolveOutput(many.info, undefined, cwd)).rejects.toMatchObject({
      code: 'DISK_PERMISSION',
      message: /torrent" is a symbolic link; to download to where it leads, name it with -o$/,
    })
    expect((await resolveOutput(many.info, 'torrent', cwd)).root).toBe(join(cwd, 'torrent'))
  })

  it('has its own lock for each file, one that fits any name', async () => {
    const cwd = await temporaryFolder()
    const lock = async (out: string): Promise<string> => (await resolveOutput(single, out, cwd)).lockPath
    expect(await lock('x')).toBe(join(cwd, '.x.bt-lock'))
    expect((await lock('y'.repeat(255))).length - cwd.length - 1).toBeLessThanOrEqual(255)
  })
})

describe('where many files go', () => {
  it("is the folder given itself, or one of the torrent's name", async () => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'folder'))
    for (const [out, root] of [
      [undefined, 'torrent'],
      ['folder', 'folder'],
      ['new/', 'new'],
    ] as const) {
      const output = await resolveOutput(many.info, out, cwd)
      expect(output.root).toBe(join(cwd, root))
      expect(output.paths).toEqual([join(cwd, root, 'a'), join(cwd, root, 'sub', 'b')])
    }
  })

  it('keeps its record where a magnet link without metadata looks for it', async () => {
    const cwd = await temporaryFolder()
    await mkdir(join(cwd, 'folder'))
    for (const info of [single, many.info]) {
      for (const out of [undefined, 'folder', 'folder/', 'new', 'new/', '.']) {
        const output = await resolveOutput(info, out, cwd)
        expect(resumeCandidates(info.infoHash, out, cwd)).toContain(output.resumePath)
        expect(output.resumePath).toContain(hex(info.infoHash))
      }
    }
  })

  it('refuses a torrent whose file would be the lock, and elements that lead out', async () => {
    const cwd = await temporaryFolder()
    const locking = makeTorrent([{ path: '.BT-lock', length: 1 }]).info
    await expect(resolveOutput(locking, 'x', cwd)).rejects.toMatchObject({ code: 'UNSUPPORTED_TORRENT' })
    const leaving = makeTorrent([{ path: '../../x', length: 1 }]).info
    await expect(resolveOutput(leaving, 'x', cwd)).rejects.toMatchObject({ code: 'INTERNAL' })
  })
})

describe('where content is found', () => {
  it('finds a single file by its path or its folder', async () => {
    const cwd = await temporaryFolder()
    await writeFile(join(cwd, 'torrent'), '')
    await writeFile(join(cwd, 'other name'), '')
    for (const path of [undefined, '.', cwd, 'torrent']) {
      expect((await locateContent(single, path, cwd)).paths).toEqual([join(cwd, 'torrent')])
    }
    expect((await locateContent(single, 'other name', cwd)).paths).toEqual([join(cwd, 'other name')])
  })

  it("tells a torrent's own folder from the one that holds it", async () => {
    const cwd = await temporaryFolder()
    const output = await resolveOutput(many.info, undefined, cwd)
    await writeContent(many, output)
    for (const path of [undefined, cwd, 'torrent', 'torrent/']) {
      expect((await locateContent(many.info, path, cwd)).root).toBe(output.root)
    }
  })

  it('takes a renamed folder for the content, and an inner folder of the same name for no more than that', async () => {
    const cwd = await temporaryFolder()
    const nested = makeTorrent([
      { path: 'torrent/a', length: 3 },
      { path: 'b', length: 3 },
    ])
    const output = await resolveOutput(nested.info, 'renamed', cwd)
    await writeContent(nested, output)
    expect((await locateContent(nested.info, 'renamed', cwd)).root).toBe(output.root)
  })

  it('points at where missing files should be, and says when there is nothing at all', async () => {
    const cwd = await temporaryFolder()
    expect((await locateContent(many.info, cwd, cwd)).root).toBe(join(cwd, 'torrent'))
    await expect(locateContent(many.info, 'gone', cwd)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  })
})

it('knows the names of its own files', async () => {
  const output = await resolveOutput(single, 'x', '/folder')
  for (const path of [output.lockPath, output.resumePath, output.partsPath]) {
    expect(isStateName(path.split('/').at(-1) ?? '')).toBe(true)
  }
  expect(isStateName('x.bt-lock.txt')).toBe(false)
})
