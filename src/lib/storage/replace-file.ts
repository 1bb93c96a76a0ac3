// A small file that is replaced whole, by way of a draft beside it. The draft may be made long before and hold room meanwhile,
// so that a state can be saved though the disk is full by then.
import { lstat, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { diskError } from './disk-error.ts'

/** Atomic: a reader sees the earlier content or the new. The folder is not flushed; losing the rename is no harm. */
export async function replaceFile(path: string, data: Uint8Array): Promise<void> {
  const draft = draftOf(path)
  try {
    await rm(draft, { force: true })
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw diskError(error, path, 'write')
  }
}

/** Keeps so many bytes for a later `replaceFile`, best effort: without them, that may find no room. */
export async function reserveFor(path: string, length: number): Promise<void> {
  const draft = draftOf(path)
  try {
    await rm(draft, { force: true })
    await writeFile(draft, new Uint8Array(length), { flag: 'wx' })
  } catch {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/** Whether room was reserved and neither used nor given back, as by a process that was killed. */
export async function isReserved(path: string): Promise<boolean> {
  const stats = await lstat(draftOf(path)).catch(() => undefined)
  return stats?.isFile() === true && stats.size > 0
}

/** Gives the room back. */
export async function unreserve(path: string): Promise<void> {
  await rm(draftOf(path), { force: true }).catch(() => undefined)
}

/** Removes it, and what was reserved for it. @throws BtError DISK_* */
export async function removeFile(path: string): Promise<void> {
  for (const gone of [draftOf(path), path]) {
    await rm(gone, { force: true }).catch((error: unknown) => {
      throw diskError(error, gone, 'remove')
    })
  }
}

function draftOf(path: string): string {
  return join(dirname(path), `.new${basename(path)}`)
}
