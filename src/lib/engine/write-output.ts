// A small result as a file of its own: whole or not at all.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { diskError } from '../storage/disk-error.ts'

/** Replaces what is there; makes the folders on the way. @throws BtError DISK_* */
export async function writeOutput(path: string, data: Uint8Array): Promise<void> {
  const target = resolve(path)
  const draft = `${target}.bt-new`
  try {
    await mkdir(dirname(target), { recursive: true })
    await writeFile(draft, data)
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    throw diskError(error, target, 'write')
  }
}
