// Whether a download that has no peer can still hope for one. Someone at a terminal, or a script, should not wait for what
// can not come: a refused announce, or the only peer named being dead.
import { BtError } from '../base/errors.ts'
import type { TrackerState } from '../discovery/announce.ts'

export interface Situation {
  /** A peer was met since the start. */
  readonly met: boolean
  /** Another peer will be tried by and by. */
  readonly candidates: boolean
  readonly trackers: readonly TrackerState[]
  /** Peer sources that may still name some. */
  readonly sources: number
  /** Why the last peer was lost or not reached. */
  readonly lastLoss: string | undefined
}

/** Why to give up, or undefined: wait. */
export function outlook(situation: Situation): BtError | undefined {
  const { met, candidates, trackers, sources, lastLoss } = situation
  if (sources > 0 || (met && candidates)) return undefined
  if (trackers.length === 0) {
    if (lastLoss === undefined) {
      return new BtError('NO_PEERS', 'the torrent names no tracker and no peer; add some with --tracker or --peer')
    }
    return new BtError('NO_PEERS', `no peer could be reached: ${lastLoss}`)
  }
  const failed = trackers.filter(({ status }) => status === 'failing' || status === 'disabled')
  if (failed.length < trackers.length) return undefined
  const why = failed.map(({ lastError, url }) => lastError ?? `${url} failed`).join('; ')
  return new BtError('TRACKER_UNREACHABLE', why)
}
