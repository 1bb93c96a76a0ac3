// A file that has other names too (hard links) is not written to, since those would get the same: the name that is ours gets a copy.
import { constants } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import { closeDescriptor, look, openDescriptor, reading, setSize, writing } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { readFully, writeFully } from './positional.ts'
import { openForRead } from './safe-open.ts'

/** Bytes that are copied at once. */
const CHUNK = 4_194_304

/** Whether what is written to this regular file would be in others. @throws BtError DISK_* where it can not be looked at */
export async function isLinked(path: string): Promise<boolean> {
  try {
    const stats = await look(path, 'stay')
    return stats.isFile() && stats.nlink > 1n
  } catch (error) {
    if (isAbsent(error)) return false
    throw diskError(error, path, 'look at')
  }
}

/**
 * Nobody may have it open. Until the copy is whole, the name is as it was.
 * @param draft where it is made; what is there is replaced
 * @throws BtError DISK_*; the signal's reason
 */
export async function makeOwnCopy(path: string, draft: string, signal?: AbortSignal): Promise<void> {
  try {
    signal?.throwIfAborted()
    await rm(draft, { force: true })
    if (!(await clone(path, draft))) await copy(path, draft, signal)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    signal?.throwIfAborted()
    throw diskError(error, path, 'copy')
  }
}

/** Where the file system can, the two go on to share what is the same. @returns whether it can */
async function clone(path: string, draft: string): Promise<boolean> {
  try {
    await copyFile(path, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    await rm(draft, { force: true })
    return false
  }
}

/** Zeros become holes, as they mostly are in a file that is not complete. */
async function copy(path: string, draft: string, signal: AbortSignal | undefined): Promise<void> {
  const from = await openForRead(path)
  try {
    const { mode } = await look(path, 'stay')
    const to = await openDescriptor(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      Number(mode) & 0o777,
    )
    try {
      await setSize(to, from.size)
      for (let at = 0; at < from.size; at += CHUNK) {
        signal?.throwIfAborted()
        const chunk = new Uint8Array(Math.min(CHUNK, from.size - at))
        if ((await readFully(reading(from.fd), [chunk], at)) === 'missing') throw new Error('it was cut meanwhile')
        if (chunk.some(byte => byte !== 0)) await writeFully(writing(to), [chunk], at, () => undefined)
      }
    } finally {
      await closeDescriptor(to)
    }
  } finally {
    await closeDescriptor(from.fd)
  }
}
