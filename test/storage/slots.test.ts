import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Bundles } from '../../src/lib/storage/bundles.ts'
import { FileChanges } from '../../src/lib/storage/file-changes.ts'
import { Folders } from '../../src/lib/storage/folders.ts'
import { FileThreads } from '../../src/lib/storage/file-threads.ts'
import { OpenFiles } from '../../src/lib/storage/open-files.ts'
import { Slots } from '../../src/lib/storage/slots.ts'
import { temporaryFolder } from './fixture.ts'

const ALL = { slot: 0, position: 0, length: 10, at: 0 }

async function slotsOf(): Promise<{ slots: Slots; path: string }> {
  const root = await temporaryFolder()
  const path = join(root, 'file')
  const folders = new Folders(root)
  return {
    slots: new Slots({
      folders,
      openFiles: new OpenFiles(0),
      bundles: new Bundles(new FileThreads(), folders.root),
      changes: new FileChanges(1),
      slot: number => ({ number, path, size: 10, executable: false }),
    }),
    path,
  }
}

it('never flushes again once a flush has failed: the system may have dropped the bytes', async () => {
  const { slots, path } = await slotsOf()
  await slots.write([ALL], new Uint8Array(10))
  await slots.sync()
  await slots.write([ALL], new Uint8Array(10))
  await rm(path)
  await mkdir(path)
  await expect(slots.sync()).rejects.toMatchObject({ code: 'DISK_FAILED' })
  await rm(path, { recursive: true })
  await expect(slots.sync()).rejects.toMatchObject({ code: 'DISK_FAILED' })
  await slots.close()
})

it('makes a file that was taken away again once a read has told so, and not before', async () => {
  const { slots, path } = await slotsOf()
  await slots.write([ALL], new Uint8Array(10))
  await rm(path)
  await slots.sync()
  await expect(slots.write([ALL], new Uint8Array(10))).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  const data = new Uint8Array(10)
  expect(await slots.read([ALL], [data])).toEqual([0])
  await slots.sync()
  await slots.write([ALL], new Uint8Array(10).fill(7))
  expect(await slots.read([ALL], [data])).toBe('read')
  expect(data).toEqual(new Uint8Array(10).fill(7))
  await slots.sync()
  await slots.close()
})

it('can be written again after a failure to make the file', async () => {
  const { slots, path } = await slotsOf()
  await mkdir(path)
  await expect(slots.write([ALL], new Uint8Array(10))).rejects.toMatchObject({ code: 'DISK_FAILED' })
  await rm(path, { recursive: true })
  await slots.write([ALL], new Uint8Array(10).fill(7))
  const data = new Uint8Array(10)
  expect(await slots.read([ALL], [data])).toBe('read')
  expect(data).toEqual(new Uint8Array(10).fill(7))
  await slots.close()
})
