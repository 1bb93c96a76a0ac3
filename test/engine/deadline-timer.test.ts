import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeadlineTimer } from '../../src/lib/engine/deadline-timer.ts'

let time = 0

beforeEach(() => {
  time = 1000
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] })
})

afterEach(() => vi.useRealTimers())

function setUp() {
  const due: number[] = []
  const timer = new DeadlineTimer(
    () => time,
    () => due.push(time),
  )
  return { timer, due }
}

/** One millisecond after the other. */
function pass(ms: number): void {
  for (let end = time + ms; time < end;) {
    time++
    vi.advanceTimersByTime(1)
  }
}

describe('the timer of a torrent', () => {
  it('ends when it says where that is soon, and with all others where it is not', () => {
    const [soon, later, evenLater] = [setUp(), setUp(), setUp()] as const
    soon.timer.arm(1042)
    later.timer.arm(1201)
    evenLater.timer.arm(1299)
    pass(1000)
    expect([soon.due, later.due, evenLater.due]).toEqual([[1042], [1300], [1300]])
  })

  it('heeds the last deadline, the same again after it has ended, and none', () => {
    const { timer, due } = setUp()
    timer.arm(1010)
    timer.arm(1020)
    timer.arm(1020)
    pass(50)
    expect(due).toEqual([1020])
    timer.arm(1020)
    pass(1)
    expect(due).toEqual([1020, 1051])
    timer.arm(1100)
    timer.arm(Infinity)
    pass(1000)
    expect(due).toHaveLength(2)
  })

  it('lets what has arrived come first after a suspension', () => {
    const { timer, due } = setUp()
    timer.arm(1010)
    time += 60_000
    // The loop turns once between the two.
    vi.advanceTimersToNextTimer()
    expect(due).toEqual([])
    vi.advanceTimersToNextTimer()
    expect(due).toEqual([61_000])
  })

  it('ends no more once it is stopped, not even after a suspension', () => {
    const { timer, due } = setUp()
    timer.arm(1010)
    time += 60_000
    vi.advanceTimersToNextTimer()
    timer.stop()
    timer.arm(61_001)
    vi.runAllTimers()
    expect(due).toEqual([])
  })
})
