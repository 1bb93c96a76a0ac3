import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Announcer, type AnnounceJob } from '../../src/lib/discovery/announce.ts'
import { BACK_OFF_BASE, BACK_OFF_MAX, MAX_INTERVAL, MIN_INTERVAL } from '../../src/lib/discovery/tracker-record.ts'

const MINUTE = 60_000
/** Leaves a tier in its order, and the back-off at 1.25 times its nominal length. */
const last = (): number => 1 - 2 ** -40
const answer = { interval: 1800 }

function announcer(...tiers: string[][]): Announcer {
  return new Announcer({ tiers, random: last })
}

/** The job that must be there. */
function job(it: Announcer, now: number): AnnounceJob {
  const found = it.poll(now)
  if (found === undefined) throw new Error(`nothing to announce at ${now}`)
  return found
}

function describeJob({ url, event }: AnnounceJob): string {
  return event === undefined ? url : `${url} ${event}`
}

describe('a single tracker', () => {
  it('hears started, then regular announces each interval', () => {
    const a = announcer(['t'])
    expect(a.deadline).toBe(Infinity)
    a.start(1000)
    expect(a.deadline).toBe(1000)
    const first = job(a, 1000)
    expect(first.event).toBe('started')
    expect(a.deadline).toBe(Infinity)
    expect(a.poll(9000)).toBeUndefined()
    a.succeeded(first, { interval: 1800, trackerId: 'id' }, 2000)
    expect(a.deadline).toBe(2000 + 30 * MINUTE)
    expect(a.poll(a.deadline - 1)).toBeUndefined()
    expect(a.trackerId('t')).toBe('id')
    const second = job(a, a.deadline)
    expect(second).toEqual({ id: 2, url: 't' })
    a.succeeded(second, answer, 0)
    expect(a.trackerId('t')).toBe('id')
    expect(a.trackerId('another')).toBeUndefined()
  })

  it.each([
    [0, undefined, MIN_INTERVAL],
    [-5, undefined, MIN_INTERVAL],
    [Number.NaN, undefined, MIN_INTERVAL],
    [1e12, undefined, MAX_INTERVAL],
    [900, 1200, 1200_000],
    [900, 60, 900_000],
  ])('clamps interval %d with min interval %s to %d ms', (interval, minInterval, expected) => {
    const a = announcer(['t'])
    a.start(0)
    a.succeeded(job(a, 0), { interval, minInterval }, 0)
    expect(a.deadline).toBe(expected)
  })

  it('announces early when peers run out, but not before its min interval', () => {
    const a = announcer(['t'])
    a.start(0)
    a.succeeded(job(a, 0), { interval: 1800, minInterval: 300 }, 0)
    a.needPeers(MINUTE)
    expect(a.deadline).toBe(5 * MINUTE)
    a.succeeded(job(a, 5 * MINUTE), answer, 5 * MINUTE)
    expect(a.deadline).toBe(35 * MINUTE)
    a.needPeers(5 * MINUTE)
    expect(a.deadline).toBe(6 * MINUTE)
  })

  it('backs off exponentially with jitter while it fails', () => {
    const a = announcer(['t'])
    a.start(0)
    const delays: number[] = []
    let now = 0
    for (let i = 0; i < 12; i++) {
      const next = job(a, now)
      expect(next.event).toBe('started')
      a.failed(next, { message: 'refused' }, now)
      delays.push(Math.round((a.deadline - now) / 1.25))
      now = a.deadline
    }
    expect(delays).toEqual(delays.map((_, i) => Math.min(BACK_OFF_BASE * 2 ** i, BACK_OFF_MAX)))
    expect(a.states()).toEqual([{ url: 't', tier: 0, status: 'failing', lastError: 'refused' }])
    a.succeeded(job(a, now), answer, now)
    expect(a.states()).toEqual([{ url: 't', tier: 0, status: 'working' }])
  })

  it('keeps to `retry in`, and never comes back after never (BEP 31)', () => {
    const a = announcer(['t'])
    a.start(0)
    a.failed(job(a, 0), { retryAfter: 600 }, 0)
    expect(a.deadline).toBeGreaterThanOrEqual(600_000)
    expect(a.deadline).toBeLessThanOrEqual(660_000)
    a.failed(job(a, a.deadline), { retryAfter: 'never' }, 0)
    expect(a.deadline).toBe(Infinity)
    expect(a.states()[0]?.status).toBe('disabled')
    a.stop(1)
    expect(a.idle).toBe(true)
  })
})

describe('completed', () => {
  it('is told once, at once, whatever the min interval', () => {
    const a = announcer(['t'])
    a.start(0)
    a.succeeded(job(a, 0), { interval: 1800, minInterval: 1800 }, 0)
    a.complete(5)
    a.complete(6)
    expect(a.deadline).toBe(0)
    const next = job(a, 5)
    expect(next.event).toBe('completed')
    a.succeeded(next, answer, 5)
    expect(a.deadline).toBe(5 + 30 * MINUTE)
  })

  it('follows started', () => {
    const a = announcer(['t'])
    a.start(0)
    a.complete(0)
    const first = job(a, 0)
    expect(first.event).toBe('started')
    a.succeeded(first, answer, 1)
    expect(job(a, 1).event).toBe('completed')
  })

  it('is not told where the torrent was complete at the start', () => {
    const a = announcer(['t'])
    a.complete(0)
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    a.complete(1)
    expect(a.deadline).toBe(30 * MINUTE)
  })

  it('goes to the next tracker where the first fails, after its started', () => {
    const a = announcer(['t1', 't2'])
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    a.complete(1)
    const said: string[] = []
    for (const outcome of ['failed', 'ok', 'ok']) {
      const next = job(a, 1)
      said.push(describeJob(next))
      if (outcome === 'ok') a.succeeded(next, answer, 1)
      else a.failed(next, {}, 1)
    }
    expect(said).toEqual(['t1 completed', 't2 started', 't2 completed'])
    expect(a.deadline).toBe(1 + 30 * MINUTE)
  })
})

describe('tiers (BEP 12)', () => {
  it('shuffles within a tier only', () => {
    const a = new Announcer({ tiers: [['a', 'b', 'c'], ['d']], random: () => 0 })
    expect(a.states().map(({ url, tier }) => `${tier}${url}`)).toEqual(['0b', '0c', '0a', '1d'])
  })

  it('tries all of a tier before the next, even if the first could be retried meanwhile', () => {
    const a = announcer(['a', 'b'], ['c'])
    a.start(0)
    const tried: string[] = []
    for (let now = 0; now < 4 * MINUTE; now += MINUTE) {
      const next = job(a, now)
      tried.push(next.url)
      a.failed(next, {}, now + MINUTE)
    }
    expect(tried).toEqual(['a', 'b', 'c', 'a'])
  })

  it("moves one that answers to its tier's front and begins there next time", () => {
    const a = announcer(['a', 'b', 'c'], ['d'])
    a.start(0)
    a.failed(job(a, 0), {}, 0)
    a.succeeded(job(a, 0), answer, 0)
    expect(a.states().map(state => state.url)).toEqual(['b', 'a', 'c', 'd'])
    expect(job(a, a.deadline).url).toBe('b')
  })

  it('comes back to the first tier at the next announce', () => {
    const a = announcer(['a'], ['b'])
    a.start(0)
    a.failed(job(a, 0), {}, 0)
    const backup = job(a, 0)
    expect(describeJob(backup)).toBe('b started')
    a.succeeded(backup, answer, 0)
    const next = job(a, a.deadline)
    expect(describeJob(next)).toBe('a started')
    a.failed(next, {}, a.deadline)
    expect(describeJob(job(a, 31 * MINUTE))).toBe('b')
  })

  it('goes on with a round that wanted peers when its first tracker fails', () => {
    const a = announcer(['a'], ['b'])
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    a.needPeers(2 * MINUTE)
    a.failed(job(a, 2 * MINUTE), {}, 2 * MINUTE)
    expect(job(a, 2 * MINUTE).url).toBe('b')
  })

  it('leaves out a URL that is named again', () => {
    const a = announcer(['a'], ['a'], ['a', 'x', 'x'])
    expect(a.states().map(({ url, tier }) => `${tier}${url}`)).toEqual(['0a', '1x'])
  })
})

describe('stopped', () => {
  it('goes to all that were told started, in parallel, and to no other', () => {
    const a = announcer(['a'], ['b'], ['c'])
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    const regular = job(a, a.deadline)
    a.failed(regular, {}, 30 * MINUTE)
    a.succeeded(job(a, 30 * MINUTE), answer, 30 * MINUTE)
    a.stop(31 * MINUTE)
    const jobs = [job(a, 31 * MINUTE), job(a, 31 * MINUTE)]
    expect(jobs.map(describeJob)).toEqual(['a stopped', 'b stopped'])
    expect(a.poll(31 * MINUTE)).toBeUndefined()
    expect(a.idle).toBe(false)
    for (const stopped of jobs) a.failed(stopped, {}, 0)
    expect(a.idle).toBe(true)
    expect(a.deadline).toBe(Infinity)
  })

  it('waits for a started that is under way', () => {
    const a = announcer(['a'])
    a.start(0)
    const started = job(a, 0)
    a.stop(1)
    expect(a.poll(1)).toBeUndefined()
    expect(a.idle).toBe(false)
    a.succeeded(started, answer, 2)
    expect(a.deadline).toBe(0)
    expect(job(a, 2).event).toBe('stopped')
  })

  it('is not said where the started under way failed', () => {
    const a = announcer(['a'])
    a.start(0)
    const started = job(a, 0)
    a.stop(1)
    a.failed(started, {}, 2)
    expect(a.idle).toBe(true)
  })

  it.each(['ok', 'failed'])('comes after a completed that was not told yet (%s)', outcome => {
    const a = announcer(['a'])
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    a.complete(1)
    a.stop(1)
    const completed = job(a, 1)
    expect(completed.event).toBe('completed')
    expect(a.poll(1)).toBeUndefined()
    if (outcome === 'ok') a.succeeded(completed, answer, 1)
    else a.failed(completed, {}, 1)
    expect(job(a, 1).event).toBe('stopped')
  })

  it('forgets about a completed that was not told when the torrent starts again', () => {
    const a = announcer(['a'])
    a.start(0)
    a.succeeded(job(a, 0), answer, 0)
    a.complete(1)
    a.stop(1)
    a.start(2)
    a.succeeded(job(a, 2), answer, 2)
    expect(a.deadline).toBe(2 + 30 * MINUTE)
  })

  it('lets the torrent start again, ignoring answers from before', () => {
    const a = announcer(['a'])
    a.start(0)
    a.succeeded(job(a, 0), { interval: 1800, minInterval: 1800 }, 0)
    a.stop(1)
    const stopped = job(a, 1)
    a.start(2)
    const started = job(a, 2)
    expect(started.event).toBe('started')
    a.succeeded(stopped, answer, 3)
    a.failed(stopped, { retryAfter: 'never' }, 3)
    expect(a.deadline).toBe(Infinity)
    a.succeeded(started, answer, 3)
    expect(a.deadline).toBe(3 + 30 * MINUTE)
  })
})

it('keeps its promises whatever happens', () => {
  const step = fc.constantFrom('poll', 'ok', 'fail', 'never', 'complete', 'need', 'stop', 'start', 'later')
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const a = new Announcer({ tiers: [['a', 'b'], ['c']], random: () => 0.5 })
      const told = new Set<string>()
      const pending: AnnounceJob[] = []
      let now = 0
      let running = false
      let completed = 0
      for (const what of steps) {
        if (what === 'later') now += 10 * MINUTE
        if (what === 'complete') a.complete(now)
        if (what === 'need') a.needPeers(now)
        if (what === 'stop') {
          a.stop(now)
          running = false
        }
        if (what === 'start') {
          a.start(now)
          if (!running) told.clear()
          if (!running) pending.length = 0
          running = true
        }
        if (what === 'poll') {
          const due = a.deadline <= now
          const next = a.poll(now)
          expect(next !== undefined).toBe(due)
          if (next === undefined) continue
          if (running) expect(pending).toHaveLength(0)
          expect(pending.some(other => other.url === next.url)).toBe(false)
          expect(told.has(next.url)).toBe(next.event !== 'started')
          pending.push(next)
        }
        const ended = what === 'ok' || what === 'fail' || what === 'never' ? pending.shift() : undefined
        if (ended === undefined) continue
        if (what === 'ok') {
          a.succeeded(ended, answer, now)
          if (ended.event === 'completed') completed++
          if (ended.event === 'stopped') told.delete(ended.url)
          else told.add(ended.url)
        } else {
          a.failed(ended, what === 'never' ? { retryAfter: 'never' } : {}, now)
          if (ended.event === 'stopped') told.delete(ended.url)
        }
      }
      expect(completed).toBeLessThanOrEqual(1)
    }),
    { numRuns: 500 },
  )
})
