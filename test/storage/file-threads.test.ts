import { mkdir, readFile, readdir, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bundles } from '../../src/lib/storage/bundles.ts'
import { FileThreads } from '../../src/lib/storage/file-threads.ts'
import { placeOf } from '../../src/lib/storage/in-place.ts'
import { pseudoRandom, temporaryFolder } from './fixture.ts'

async function setUp(links: 'follow' | 'stay' = 'stay') {
  const root = await temporaryFolder()
  const threads = new FileThreads()
  onTestFinished(() => threads.close())
  const path = (name: string): string => join(root, name)
  return {
    root,
    threads,
    path,
    bundles: new Bundles(threads, links === 'stay' ? { path: root, place: placeOf(root) } : undefined),
  }
}

const LENGTH = 100
const content = pseudoRandom('bundle', 10 * LENGTH)

/** Whole files of LENGTH bytes each. */
const whole = (paths: readonly string[], create = true) =>
  paths.map((path, index) => ({ path, position: 0, length: LENGTH, at: index * LENGTH, size: LENGTH, create }))

describe('a bundle', () => {
  it('writes files that are missing, in part or whole, and gives them their size', async () => {
    const { bundles, path } = await setUp()
    const files = [
      { path: path('end'), position: 60, length: 40, at: 5, size: LENGTH, create: true },
      { path: path('whole'), position: 0, length: LENGTH, at: 45, size: LENGTH, create: true },
      { path: path('start'), position: 0, length: 30, at: 145, size: LENGTH, create: true },
    ]
    expect(await bundles.write(files, content)).toEqual([])
    const found = await Promise.all(files.map(async file => new Uint8Array(await readFile(file.path))))
    expect(found[0]).toEqual(Uint8Array.from([...new Uint8Array(60), ...content.subarray(5, 45)]))
    expect(found[1]).toEqual(content.slice(45, 145))
    expect(found[2]).toEqual(Uint8Array.from([...content.subarray(145, 175), ...new Uint8Array(70)]))
  })

  it('leaves to others what is no plain file in plain folders, and what is missing and must not be', async () => {
    const { bundles, path, root } = await setUp()
    const elsewhere = await temporaryFolder()
    await mkdir(path('folder'))
    await symlink(elsewhere, path('link'))
    await symlink(join(elsewhere, 'file'), path('file-link'))
    await writeFile(path('file'), '')
    const names = ['a', 'folder', 'link/x', 'link/deeper/x', 'file-link', 'file/x', 'nowhere/x', 'b']
    const files = whole(names.map(name => join(root, name)))
    const left = await bundles.write([...files, ...whole([path('gone')], false)], content)
    expect(left.map(file => file.path)).toEqual([...names.slice(1, -1), 'gone'].map(path))
    expect(new Uint8Array(await readFile(path('b')))).toEqual(content.slice(700, 800))
  })

  it('reads what is there, from anywhere in a file', async () => {
    const { bundles, path } = await setUp('follow')
    await writeFile(path('a'), content)
    await writeFile(path('short'), 'short')
    await symlink('a', path('link'))
    const files = [
      { path: path('a'), position: 10, length: 20, at: 0 },
      { path: path('short'), position: 0, length: 6, at: 20 },
      { path: path('link'), position: 990, length: 10, at: 26 },
      { path: path('gone'), position: 0, length: 1, at: 36 },
    ]
    const got = new Map<number, Uint8Array>()
    const left = await bundles.read(files, ({ at }, bytes) => got.set(at, bytes.slice()))
    expect(left.map(({ at }) => at)).toEqual([20, 36])
    expect(got).toEqual(
      new Map([
        [0, content.slice(10, 30)],
        [26, content.slice(990)],
      ]),
    )
  })

  it('makes empty files, leaves what is there as it is, and what is no plain file to others', async () => {
    const { bundles, path } = await setUp()
    const elsewhere = await temporaryFolder()
    await writeFile(path('full'), content)
    await symlink(join(elsewhere, 'file'), path('file-link'))
    await symlink(elsewhere, path('link'))
    await mkdir(path('folder'))
    const names = ['a', 'full', 'file-link', 'link/x', 'folder', 'b']
    const left = await bundles.make(names.map(name => ({ path: path(name) })))
    expect(left.map(file => file.path)).toEqual(['file-link', 'link/x', 'folder'].map(path))
    expect(new Uint8Array(await readFile(path('full')))).toEqual(content)
    for (const name of ['a', 'b']) expect(await readFile(path(name))).toHaveLength(0)
    expect(await readdir(elsewhere)).toEqual([])
  })

  it('flushes what is there, and looks at all', async () => {
    const { bundles, path } = await setUp()
    const names = Array.from({ length: 600 }, (_, i) => `${i}`)
    await Promise.all(names.map(name => writeFile(path(name), name)))
    await truncate(path('7'), 0)
    await symlink('8', path('link'))
    const stamps = await bundles.look([...names, 'gone', 'link', '9/below'].map(path))
    expect(stamps.slice(0, 600).map(stamp => typeof stamp === 'object' && stamp.size)).toEqual(
      names.map(name => (name === '7' ? 0 : name.length)),
    )
    expect(stamps.slice(600)).toEqual(['nothing', 'special', 'unknown'])
    const files = [...names, 'gone'].map(name => ({ path: path(name) }))
    expect(await bundles.flush(files)).toEqual([{ path: path('gone') }])
  })
})

describe('FileThreads', () => {
  it('starts none before it is needed, and few', async () => {
    const { threads, bundles, path } = await setUp()
    expect(threads.threads).toBe(0)
    await Promise.all(Array.from({ length: 50 }, (_, i) => bundles.write(whole([path(`${i}`)]), content)))
    expect(threads.threads).toBeGreaterThan(0)
    expect(threads.threads).toBeLessThanOrEqual(4)
  })

  it('gives everything back undone once it is closed', async () => {
    const { threads, bundles, path } = await setUp()
    const files = whole([path('a'), path('b')])
    const pending = Array.from({ length: 9 }, () => bundles.write(files, content))
    await threads.close()
    expect((await Promise.all(pending)).at(-1)).toEqual(files)
    expect(await bundles.write(files, content)).toEqual(files)
  })
})
