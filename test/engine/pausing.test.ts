// Pausing by itself: what a runner and discovery are told, and in which order.
import { describe, expect, it } from 'vitest'
import { Pausing } from '../../src/lib/engine/pausing.ts'
import { settleable } from '../../src/lib/engine/settleable.ts'

function pausing() {
  const told: string[] = []
  const [left, leave] = settleable<void>()
  const abort = new AbortController()
  const under = new Pausing({
    runner: { pause: () => told.push('peers leave'), resume: () => told.push('peers come') },
    discovery: {
      pause: async () => {
        await left
        told.push('trackers left')
      },
      resume: () => told.push('trackers asked'),
    },
    signal: abort.signal,
    onEvent: ({ type }) => told.push(type),
  })
  return { under, told, leave, abort }
}

describe('pausing', () => {
  it('goes on once the trackers were left, and once for all who ask', async () => {
    const { under, told, leave } = pausing()
    const paused = [under.pause(), under.pause()]
    const resumed = [under.resume(), under.resume()]
    expect(told).toEqual(['paused', 'peers leave'])
    expect(under.paused).toBe(true)
    leave.resolve()
    await Promise.all([...paused, ...resumed])
    expect(told).toEqual(['paused', 'peers leave', 'trackers left', 'resumed', 'peers come', 'trackers asked'])
    expect(under.paused).toBe(false)
  })

  it('does nothing to what has stopped, before or meanwhile', async () => {
    const { under, told, leave, abort } = pausing()
    const paused = under.pause()
    const resumed = under.resume()
    abort.abort()
    leave.resolve()
    await Promise.all([paused, resumed])
    expect(told).toEqual(['paused', 'peers leave', 'trackers left'])
    const stopped = pausing()
    stopped.abort.abort()
    await stopped.under.pause()
    expect(stopped.told).toEqual([])
  })
})
