import { mkdirSync, openSync, closeSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sharedBytes } from '../../src/lib/base/bytes.ts'
import { FileThreads } from '../../src/lib/storage/file-threads.ts'
import { Folders } from '../../src/lib/storage/folders.ts'
import { inPlaceBelow, placeOf, type InPlace } from '../../src/lib/storage/in-place.ts'
import { openForWrite, openOrCreate } from '../../src/lib/storage/safe-open.ts'
import { temporaryFolder } from './fixture.ts'

/** Swaps the folder for a link elsewhere as soon as it was looked at. */
class Swapped extends Folders {
  readonly #elsewhere: string

  constructor(root: string, elsewhere: string) {
    super(root)
    this.#elsewhere = elsewhere
  }

  override async check(path: string): Promise<void> {
    await super.check(path)
    renameSync(path, `${path}.real`)
    symlinkSync(this.#elsewhere, path)
  }
}

async function stage(): Promise<{ root: string; elsewhere: string; victim: string; path: string }> {
  const [root, elsewhere] = [await temporaryFolder(), await temporaryFolder()]
  const victim = join(elsewhere, 'file')
  writeFileSync(victim, 'precious')
  mkdirSync(join(root, 'sub'))
  return { root, elsewhere, victim, path: join(root, 'sub', 'file') }
}

describe('a folder that becomes a link between the look and the opening', () => {
  it('is not written through, though the file behind it could be', async () => {
    const { root, elsewhere, victim, path } = await stage()
    writeFileSync(path, 'ours')
    await expect(openForWrite(new Swapped(root, elsewhere), path)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    expect(readFileSync(victim, 'utf8')).toBe('precious')
  })

  it('is not written through where it is the root itself', async () => {
    const { root, elsewhere, victim } = await stage()
    const path = join(root, 'file')
    writeFileSync(path, 'ours')
    await expect(openForWrite(new Swapped(root, elsewhere), path)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    expect(readFileSync(victim, 'utf8')).toBe('precious')
    rmSync(`${root}.real`, { recursive: true })
  })

  it('gets a file without bytes at most', async () => {
    const { root, elsewhere } = await stage()
    const opening = openOrCreate(new Swapped(root, elsewhere), join(root, 'sub', 'new'), false)
    await expect(opening).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    expect(readFileSync(join(elsewhere, 'new'), 'utf8')).toBe('')
  })
})

describe('inPlaceBelow', () => {
  const below = (path: string): InPlace => inPlaceBelow({ path, place: placeOf(path) })
  const open = (path: string): number => {
    const fd = openSync(path, 'r')
    onTestFinished(() => closeSync(fd))
    return fd
  }

  it('is true where the root is behind a link, as the user wants it', async () => {
    const { root, path } = await stage()
    writeFileSync(path, 'ours')
    const link = join(await temporaryFolder(), 'link')
    symlinkSync(root, link)
    expect(below(link)(join(link, 'sub', 'file'), open(path))).toBe(true)
  })

  it.each(['linux', 'darwin'] as const)('tells what is there from what is behind a link, as on %s', async platform => {
    const { root, elsewhere, victim, path } = await stage()
    const real = Object.getOwnPropertyDescriptor(process, 'platform') ?? {}
    Object.defineProperty(process, 'platform', { ...real, value: platform })
    onTestFinished(() => void Object.defineProperty(process, 'platform', real))
    writeFileSync(path, 'ours')
    expect(below(root)(path, open(path))).toBe(true)
    expect(below(root)(path, open(victim))).toBe(false)
    renameSync(join(root, 'sub'), join(root, 'real'))
    symlinkSync(elsewhere, join(root, 'sub'))
    expect(below(root)(path, open(path))).toBe(false)
  })
})

it('a file thread writes nothing through a link that its own look at the folders has missed', async () => {
  const { elsewhere, victim } = await stage()
  const above = await temporaryFolder()
  symlinkSync(elsewhere, join(above, 'sub'))
  const path = join(above, 'a-root-so-long-that-no-folder-is-looked-at')
  mkdirSync(path)
  const root = { path, place: placeOf(path) }
  const threads = new FileThreads()
  onTestFinished(() => threads.close())
  const data = sharedBytes(8)
  const numbers = Float64Array.of(0, 8, 0, 8, 0)
  const paths = join(above, 'sub', 'file')
  const { failed } = await threads.run({ act: 'write', root, count: 1, paths, numbers, data })
  expect([failed, readFileSync(victim, 'utf8')]).toEqual([[0], 'precious'])
})
