import { afterEach, expect, test, vi } from 'vitest'
import { follow } from '../../src/cli/follow.ts'
import type { TorrentSession } from '../../src/lib/engine/torrent-session.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A session that stands still until it is stopped, followed for 10 s of no progress. */
function standstill() {
  let now = 0
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  let stop = (): void => undefined
  const done = new Promise<void>((_resolve, reject) => (stop = () => reject(new Error('stopped'))))
  const session = {
    obstacle: undefined,
    progress: () => ({ stage: 'downloading', bytesDone: 0, downloaded: 0, peers: 0, useful: 0 }),
    stop: vi.fn<() => Promise<void>>(() => Promise.resolve(stop())),
  }
  const signal = new AbortController().signal
  const followed = follow(session as unknown as TorrentSession, () => done, { signal, stallTimeout: 10 })
  followed.catch(() => undefined)
  const run = (seconds: number): void => {
    for (let looks = 0; looks < seconds * 4; looks++) {
      now += 250
      vi.advanceTimersByTime(250)
    }
  }
  return { session, followed, run, suspend: (seconds: number) => (now += seconds * 1000) }
}

test('a download that stands still is stalled once its time is over', async () => {
  const { session, followed, run } = standstill()
  run(10)
  expect(session.stop).not.toHaveBeenCalled()
  run(1)
  expect(session.stop).toHaveBeenCalled()
  await expect(followed).rejects.toMatchObject({ code: 'STALLED' })
})

test('the time in which the process was suspended is none in which a download stood still', async () => {
  const { session, followed, run, suspend } = standstill()
  run(2)
  suspend(3600)
  run(6)
  expect(session.stop).not.toHaveBeenCalled()
  run(3)
  await expect(followed).rejects.toMatchObject({ code: 'STALLED' })
})
