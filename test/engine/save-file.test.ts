import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { checkFree, placeFile, saveFile } from '../../src/lib/engine/save-file.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bt-save-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
})

const isTwice = (names: readonly string[], name?: string): boolean => names.filter(other => other === name).length > 1

async function savedInto(descriptors: string): Promise<void> {
  const descriptor = openSync(join(folder, 'a'), 'w')
  onTestFinished(() => closeSync(descriptor))
  writeSync(descriptor, 'before,')
  const path = `${descriptors}/${descriptor}`
  await expect(checkFree(path, { overwrite: false })).resolves.toBeUndefined()
  await saveFile(path, utf8('saved,'), { overwrite: false })
  writeSync(descriptor, 'after')
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('before,saved,after')
}

describe('saveFile', () => {
  test('writes the file and leaves nothing beside it', async () => {
    await saveFile(join(folder, 'a'), utf8('hello'), { overwrite: false })
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('hello')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  test('never replaces a file unless told to', async () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'precious')
    await expect(saveFile(path, utf8('x'), { overwrite: false })).rejects.toMatchObject({ code: 'USAGE' })
    await expect(checkFree(path, { overwrite: false })).rejects.toMatchObject({ code: 'USAGE' })
    expect(readFileSync(path, 'utf8')).toBe('precious')
    await saveFile(path, utf8('new'), { overwrite: true })
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  test('of several at once, one wins and the others are told', async () => {
    const path = join(folder, 'a')
    const texts = ['one', 'two', 'three']
    const saved = await Promise.allSettled(texts.map(text => saveFile(path, utf8(text), { overwrite: false })))
    expect(saved.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(texts[saved.findIndex(({ status }) => status === 'fulfilled')]).toBe(readFileSync(path, 'utf8'))
    expect(readdirSync(folder)).toEqual(['a'])
  })

  test('takes a dangling link for something that is there, and replaces the link, not what it leads to', async () => {
    const path = join(folder, 'link')
    symlinkSync('elsewhere', path)
    await expect(checkFree(path, { overwrite: false })).rejects.toMatchObject({ code: 'USAGE' })
    await saveFile(path, utf8('x'), { overwrite: true })
    expect(readdirSync(folder)).toEqual(['link'])
  })

  test('names the path where there is no folder for it', async () => {
    const path = join(folder, 'none', 'a')
    const failed = saveFile(path, utf8('x'), { overwrite: false })
    await expect(failed).rejects.toMatchObject({ code: 'DISK_NOT_FOUND', details: { path } })
    const missing = { code: 'DISK_NOT_FOUND', message: expect.stringContaining(join(folder, 'none')) as string }
    for (const overwrite of [false, true]) await expect(checkFree(path, { overwrite })).rejects.toMatchObject(missing)
    await expect(checkFree(path, { overwrite: false, makeFolders: true })).resolves.toBeUndefined()
  })

  test('can be asked before whether the folder is one, and may be written to', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(checkFree(join(folder, 'file', 'a'), { overwrite: true })).rejects.toMatchObject({
      code: 'DISK_FAILED',
    })
    await expect(checkFree(join(folder, 'a'), { overwrite: true })).resolves.toBeUndefined()
  })

  // Nothing is forbidden to root.
  test.skipIf(process.getuid?.() === 0)('is told before of a folder that can not be written to', async () => {
    chmodSync(folder, 0o500)
    await expect(checkFree(join(folder, 'a'), { overwrite: false })).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    chmodSync(folder, 0o700)
  })

  test('makes the folders on the way if asked to, but none where a file is', async () => {
    const path = join(folder, 'some', 'more', 'a')
    await saveFile(path, utf8('x'), { overwrite: false, makeFolders: true })
    expect(readFileSync(path, 'utf8')).toBe('x')
    const below = saveFile(join(path, 'b'), utf8('x'), { overwrite: true, makeFolders: true })
    await expect(below).rejects.toMatchObject({ code: 'DISK_FAILED', details: { path } })
  })

  test.each([true, false])('puts no file in the place of a device (overwrite: %s)', async overwrite => {
    const path = join(folder, 'link')
    symlinkSync('/dev/null', path)
    await expect(checkFree(path, { overwrite })).resolves.toBeUndefined()
    await saveFile(path, utf8('x'), { overwrite })
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    expect(readdirSync(folder)).toEqual(['link'])
  })

  test('never writes over a disk unless told to', async context => {
    const path = join(folder, 'disk')
    const { status } = spawnSync('mknod', [path, 'b', '7', '4095'])
    if (status !== 0) context.skip('no device can be made here')
    const disk = { code: 'USAGE', message: expect.stringContaining('exists already') as string }
    await expect(checkFree(path, { overwrite: false })).rejects.toMatchObject(disk)
    await expect(saveFile(path, utf8('x'), { overwrite: false })).rejects.toMatchObject(disk)
  })

  describe.skipIf(process.platform === 'win32')('writes into a named pipe', () => {
    const pipe = (): string => {
      execFileSync('mkfifo', [join(folder, 'pipe')])
      return join(folder, 'pipe')
    }

    test('that somebody reads, all of it, though it be more than a pipe holds', async () => {
      const path = pipe()
      const reader = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'ignore'] })
      const read = buffer(reader.stdout)
      const data = new Uint8Array(1_000_000).fill(7)
      await vi.waitFor(() => saveFile(path, data, { overwrite: false }), { timeout: 10_000 })
      expect((await read).equals(data)).toBe(true)
      expect(lstatSync(path).isFIFO()).toBe(true)
    })

    test('without waiting for somebody who reads it', async () => {
      const path = pipe()
      await expect(saveFile(path, utf8('x'), { overwrite: true })).rejects.toMatchObject({
        code: 'DISK_FAILED',
        message: `nobody reads the named pipe ${path}; have it read before, or name a file`,
      })
    })
  })

  test.skipIf(process.platform === 'win32')('writes to a descriptor where it stands in its file', async () => {
    await savedInto('/dev/fd')
  })

  test.runIf(process.platform === 'linux').each(['/proc/self/fd', '/proc/thread-self/fd'])(
    'writes to a descriptor where it stands in its file, where it is named in %s',
    async names => {
      await savedInto(names)
    },
  )

  test.runIf(process.platform === 'linux')(
    "takes none of Node's own descriptors for one that was handed over",
    async () => {
      const numbers = readdirSync('/proc/self/fd').filter(number => Number(number) > 2)
      const names = numbers.map(number =>
        existsSync(`/proc/self/fdinfo/${number}`) ? readlinkSync(`/proc/self/fd/${number}`) : '',
      )
      // Pipes with both ends here: what is written into one, ends Node.
      const own = numbers.filter((_, index) => names[index]?.startsWith('pipe:') && isTwice(names, names[index]))
      expect(own).not.toEqual([])
      for (const number of own) {
        const saving = saveFile(`/dev/fd/${number}`, utf8('x'), { overwrite: true })
        await expect(saving).rejects.toMatchObject({ code: 'DISK_FAILED' })
      }
    },
  )
})

test('placeFile puts a name into a folder, and takes anything else as it is', async () => {
  mkdirSync(join(folder, 'sub'))
  expect(await placeFile(join(folder, 'sub'), 'n')).toBe(join(folder, 'sub', 'n'))
  expect(await placeFile(`${folder}/none/`, 'n')).toBe(join(folder, 'none', 'n'))
  expect(await placeFile(join(folder, 'f'), 'n')).toBe(join(folder, 'f'))
  expect(await placeFile(undefined, 'n')).toBe(resolve('n'))
})
