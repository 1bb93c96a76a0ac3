// A file that has other names too (hard links) is not written to, since those would get the same: the name that is ours gets a copy.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { look } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { COPY_SUFFIX } from './output.ts'

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

/** Nobody may have it open. Until the copy is whole, the name is as it was. @throws BtError DISK_* */
export async function makeOwnCopy(path: string): Promise<void> {
  const draft = join(dirname(path), `.${randomUUID()}${COPY_SUFFIX}`)
  try {
    // Where the file system can, they go on to share what is the same.
    await copyFile(path, draft, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw diskError(error, path, 'copy')
  }
}
