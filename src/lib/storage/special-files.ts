// What stands in a file's place and is none can not be written to, which is better known before anything is asked of peers.
import { lstatSync, type Stats } from 'node:fs'
import { BtError } from '../base/errors.ts'
import { symlinkRefused } from './disk-error.ts'
import type { Output } from './output.ts'
import type { Survey } from './survey.ts'

/**
 * @param options.files those that will be written
 * @param options.survey what is there
 * @throws BtError DISK_FAILED, DISK_PERMISSION for a symbolic link, naming the first
 */
export function refuseSpecial(options: {
  readonly output: Output
  readonly files: Iterable<number>
  readonly survey: Survey
}): void {
  const { output, files, survey } = options
  if (survey.files.some(({ place }) => place === 'parts')) refuse(output.partsPath)
  for (const file of files) if (survey.files[file]?.special === true) refuse(output.paths[file] ?? '')
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
