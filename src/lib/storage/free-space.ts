// How much room there is.
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Bytes that the file system below the path, which need not exist itself, has for us; quotas are not known.
 * @returns undefined where it does not say
 */
export async function freeSpace(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(dirname(path))
    return bavail * bsize
  } catch {
    return undefined
  }
}
