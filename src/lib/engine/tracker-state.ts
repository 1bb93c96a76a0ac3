// The file in which a tracker keeps what it knows from one run to the next.
import { readFile } from 'node:fs/promises'
import { BtError } from '../base/errors.ts'
import { diskError } from '../storage/disk-error.ts'
import { replaceFile } from '../storage/replace-file.ts'
import type { Tracker } from '../tracker/tracker.ts'

/** A file that is not there yet is no error. @throws BtError INPUT_UNREADABLE, DISK_* */
export async function loadState(tracker: Tracker, path: string): Promise<void> {
  const state = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw diskError(error, path, 'read')
  })
  if (state === undefined) return
  const outcome = tracker.restore(state, performance.now(), Date.now())
  if (outcome === 'restored') return
  throw new BtError(
    'INPUT_UNREADABLE',
    `can not go on from ${path}: ${outcome.fault}; move it away or name another file`,
  )
}

/** @throws BtError DISK_* */
export async function saveState(tracker: Tracker, path: string): Promise<void> {
  await replaceFile(path, tracker.save(performance.now(), Date.now()))
}
