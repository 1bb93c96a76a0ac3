// The file in which a tracker keeps what it knows from one run to the next.
import { BtError } from '../base/errors.ts'
import { diskError } from '../storage/disk-error.ts'
import { replaceFile } from '../storage/replace-file.ts'
import type { Tracker } from '../tracker/tracker.ts'
import { isWrittenInPlace } from './output-place.ts'
import { readBounded } from './read-bounded.ts'
import { checkFree } from './save-file.ts'

/** A hundred bytes for each of ten million peers, far more than by default are kept. */
const MAX_STATE_BYTES = 1_073_741_824

/**
 * A file that is not there yet is no error.
 * @throws BtError INPUT_UNREADABLE, DISK_*, also where the file could not be written in the end
 */
export async function loadState(tracker: Tracker, path: string): Promise<void> {
  // What is kept is put into its place, and a device would be lost; to read one never ends.
  if (isWrittenInPlace(path)) throw new BtError('INPUT_UNREADABLE', `${path} is no file; name one for the state`)
  const state = await readBounded(path, MAX_STATE_BYTES).catch((error: NodeJS.ErrnoException): 'missing' => {
    if (error.code === 'ENOENT') return 'missing'
    throw error instanceof BtError ? error : diskError(error, path, 'read')
  })
  await checkFree(path, { overwrite: true })
  if (state === 'missing') return
  if (state === undefined) {
    throw new BtError('INPUT_UNREADABLE', `${path} is too large for what a tracker keeps; name another file`)
  }
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
