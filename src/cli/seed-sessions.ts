// When the sessions of `bt seed` have begun, and when they have ended: one that fails takes no other with it.
import type { TorrentSession } from '../lib/engine/torrent-session.ts'

type Warn = (message: string) => void
type Sessions = readonly TorrentSession[]

/** Those that can be served; of the others is warned. @throws the first one's error where there are no others */
export async function verified(sessions: Sessions, warn: Warn): Promise<Sessions> {
  const errors = await Promise.all(sessions.map(session => errorOf(session.done)))
  const failed = errors.filter(error => error !== undefined)
  const [first] = failed
  if (first !== undefined && failed.length === sessions.length) throw first
  for (const error of failed) warn(error.message)
  return sessions.filter((_, index) => errors[index] === undefined)
}

/** Once each has been seeded enough. @throws the first one's error once all have ended, where one has failed */
export async function seeded(sessions: Sessions, warn: Warn): Promise<void> {
  const errors = await Promise.all(
    sessions.map(async session => {
      const error = await errorOf(session.seeded)
      // Of one that never began was told then; one that was stopped, was so with all others.
      const fell = error !== undefined && session.stage === 'failed' && session.have !== undefined
      if (fell && sessions.length > 1) {
        warn(`${session.info?.name ?? 'a torrent'} is served no more: ${error.message}`)
      }
      return error
    }),
  )
  const first = errors.find(error => error !== undefined)
  if (first !== undefined) throw first
}

function errorOf(promise: Promise<unknown>): Promise<Error | undefined> {
  return promise.then(
    () => undefined,
    (reason: Error) => reason,
  )
}
