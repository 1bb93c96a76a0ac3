// What stands in a file's place and is none can not be written to, which is better known before anything is asked of peers.
import { lstatSync, type Stats } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { BtError } from '../base/errors.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import { symlinkRefused } from './disk-error.ts'
import type { Output } from './output.ts'
import { isStored } from './plan.ts'

/** Files that are looked at before all else may have its turn: by way of libuv's threads each would cost five times as much. */
const LOOKS_AT_ONCE = 64

/**
 * @param options.files those that will be written
 * @param options.parts whether the part file will be too
 * @throws BtError DISK_FAILED, DISK_PERMISSION for a symbolic link, naming the first
 */
export async function refuseSpecial(options: {
  readonly output: Output
  readonly info: { readonly files: readonly FileEntry[] }
  readonly files: Iterable<number>
  readonly parts: boolean
}): Promise<void> {
  const { output, info, files, parts } = options
  if (parts) refuse(output.partsPath)
  let looks = 0
  for (const file of files) {
    const entry = info.files[file]
    if (entry === undefined || !isStored(entry)) continue
    if (++looks % LOOKS_AT_ONCE === 0) await setImmediate()
    refuse(output.paths[file] ?? '')
  }
}

function refuse(path: string): void {
  const stats = look(path)
  if (stats === undefined || stats.isFile()) return
  if (stats.isSymbolicLink()) throw symlinkRefused(path)
  const message = `"${path}" is ${kindOf(stats)}, where a file belongs; move it away or choose another place with -o`
  throw new BtError('DISK_FAILED', message, { details: { path } })
}

/** What can not be looked at fails when it is opened. */
function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Of what is no regular file and no symbolic link. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a named pipe'
  return stats.isSocket() ? 'a socket' : 'a device'
}
