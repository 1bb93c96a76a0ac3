import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HandleCache } from '../../src/lib/storage/handles.ts'
import { temporaryFolder } from './fixture.ts'

async function cacheOf(limit: number): Promise<{ cache: HandleCache; opened: number[] }> {
  const folder = await temporaryFolder()
  for (let slot = 0; slot < 4; slot++) await writeFile(join(folder, `${slot}`), `${slot}`)
  const opened: number[] = []
  const cache = new HandleCache(limit, slot => {
    opened.push(slot)
    return open(join(folder, `${slot}`))
  })
  return { cache, opened }
}

it('closes the one used longest ago', async () => {
  const { cache, opened } = await cacheOf(2)
  for (const slot of [0, 1, 0, 2, 0, 1]) {
    expect(await cache.use(slot, async handle => (await handle.readFile()).length)).toBeLessThanOrEqual(1)
    expect(cache.size).toBeLessThanOrEqual(2)
  }
  expect(opened).toEqual([0, 1, 2, 1])
  await cache.close()
})

it('never closes one in use, even far above the limit', async () => {
  const { cache } = await cacheOf(1)
  let release = (): void => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  const reads = [0, 1, 2, 3].map(slot =>
    cache.use(slot, async handle => {
      await gate
      return (await handle.readFile('utf8')).trim()
    }),
  )
  release()
  expect(await Promise.all(reads)).toEqual(['0', '1', '2', '3'])
  expect(cache.size).toBeLessThanOrEqual(1)
  await cache.close()
})

it('tries again after a failure to open', async () => {
  const { cache } = await cacheOf(2)
  await expect(cache.use(9, async () => {})).rejects.toMatchObject({ code: 'ENOENT' })
  await expect(cache.use(9, async () => {})).rejects.toMatchObject({ code: 'ENOENT' })
  expect(cache.size).toBe(0)
  await cache.close()
})

it('waits for what is under way before it closes, and takes nothing new', async () => {
  const { cache } = await cacheOf(2)
  const reading = cache.use(0, handle => handle.readFile('utf8'))
  const closing = cache.close()
  await expect(cache.use(1, async () => {})).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(await reading).toBe('0')
  await closing
  expect(cache.size).toBe(0)
})
