import { readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openDescriptor } from '../../src/lib/storage/descriptor.ts'
import { CachedFile, OpenFiles } from '../../src/lib/storage/open-files.ts'
import { temporaryFolder } from './fixture.ts'

interface Bench {
  readonly cache: OpenFiles
  readonly files: readonly CachedFile[]
  /** What was opened, in order. */
  readonly opened: number[]
  readonly use: <T>(file: number, action: (fd: number) => Promise<T>) => Promise<T>
}

async function benchOf(limit: number): Promise<Bench> {
  const folder = await temporaryFolder()
  for (let file = 0; file < 4; file++) writeFileSync(join(folder, `${file}`), `${file}`)
  const cache = new OpenFiles(limit)
  const files = Array.from({ length: 10 }, () => new CachedFile())
  const opened: number[] = []
  const open = (file: number): Promise<number> => {
    opened.push(file)
    return openDescriptor(join(folder, `${file}`), 0)
  }
  return {
    cache,
    files,
    opened,
    use: (file, action) => cache.use(files[file] ?? new CachedFile(), () => open(file), action),
  }
}

const read = (fd: number): Promise<string> => {
  const bytes = Buffer.alloc(4)
  return Promise.resolve(bytes.toString('utf8', 0, readSync(fd, bytes, 0, 4, 0)))
}

function gate(): { opens: Promise<void>; open: () => void } {
  let open = (): void => {}
  const opens = new Promise<void>(resolve => {
    open = resolve
  })
  return { opens, open }
}

it('closes the one used longest ago', async () => {
  const { cache, files, opened, use } = await benchOf(2)
  for (const file of [0, 1, 0, 2, 0, 1]) {
    expect(await use(file, read)).toBe(`${file}`)
    expect(cache.size).toBeLessThanOrEqual(2)
  }
  expect(opened).toEqual([0, 1, 2, 1])
  await cache.retire(files)
  expect(cache.size).toBe(0)
})

it('keeps to its limit while many are in use, never closes one in use, and lets the others wait', async () => {
  const { cache, files, opened, use } = await benchOf(2)
  const held = gate()
  const reads = [0, 1, 2, 3, 0].map(file =>
    use(file, async fd => {
      expect(cache.size).toBeLessThanOrEqual(2)
      await held.opens
      return read(fd)
    }),
  )
  expect(await use(0, read)).toBe('0')
  await use(1, read)
  expect(opened).toEqual([0, 1])
  held.open()
  expect(await Promise.all(reads)).toEqual(['0', '1', '2', '3', '0'])
  expect(opened).toEqual([0, 1, 2, 3])
  await cache.retire(files)
  expect(cache.size).toBe(0)
})

it('opens one at a time and keeps none with a limit of 0', async () => {
  const { cache, files, opened, use } = await benchOf(0)
  await Promise.all([use(0, read), use(1, read), use(0, read)])
  await use(1, read)
  expect(opened).toEqual([0, 1, 1])
  await cache.retire(files)
  expect(cache.size).toBe(0)
})

it('tries again after a failure to open, whose place is free again', async () => {
  const { cache, use } = await benchOf(1)
  const failing = [use(9, read), use(9, read), use(0, read)]
  const outcomes = await Promise.allSettled(failing)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  await expect(use(9, read)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(cache.size).toBe(0)
})

it('opens for one what another could not', async () => {
  const { cache, files } = await benchOf(2)
  const [file = new CachedFile()] = files
  const failed = cache.use(file, () => Promise.reject(new Error('not made yet')), read)
  const made = cache.use(file, () => openDescriptor('/dev/null', 0), read)
  await expect(failed).rejects.toThrow('not made yet')
  expect(await made).toBe('')
  await cache.retire(files)
})

it('waits for what is under way before it retires a file, and takes nothing new for it', async () => {
  const { cache, files, use } = await benchOf(1)
  const held = gate()
  const reading = use(0, async fd => {
    await held.opens
    return read(fd)
  })
  const waiting = use(1, read)
  const retiring = cache.retire(files)
  await expect(use(2, read)).rejects.toMatchObject({ code: 'INTERNAL' })
  held.open()
  expect(await reading).toBe('0')
  expect(await waiting).toBe('1')
  await retiring
  expect(cache.size).toBe(0)
})

it('remembers that a file could not be closed: what was written to it may be lost', async () => {
  const { cache, files, use } = await benchOf(1)
  const file = new CachedFile()
  const noDescriptor = 0x3fff_ffff
  await cache.use(
    file,
    () => Promise.resolve(noDescriptor),
    () => Promise.resolve(),
  )
  expect(await use(0, read)).toBe('0')
  await expect(cache.use(file, () => openDescriptor('/dev/null', 0), read)).rejects.toMatchObject({ code: 'EBADF' })
  await cache.retire(files)
})

it('closes an unused one where the system has no descriptor left, and waits where all are in use', async () => {
  const { cache, files, use } = await benchOf(4)
  await use(0, read)
  let left = 0
  const open = async (path: string): Promise<number> => {
    if (left === 0) throw Object.assign(new Error('no descriptor'), { code: 'EMFILE' })
    return openDescriptor(path, 0)
  }
  const other = new CachedFile()
  const used = cache.use(
    other,
    () => open('/dev/null'),
    fd => Promise.resolve(fd),
  )
  await new Promise(resolve => setImmediate(resolve))
  await expect.poll(() => files[0]?.fd).toBeUndefined()
  left = 1
  expect(await used).toBeGreaterThan(0)
  await cache.retire([other, ...files])
  expect(cache.size).toBe(0)
})
