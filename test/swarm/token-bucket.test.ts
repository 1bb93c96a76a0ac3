import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TokenBucket } from '../../src/lib/swarm/token-bucket.ts'

describe('TokenBucket', () => {
  it('begins empty: the first bytes are paid for at the rate', () => {
    expect(new TokenBucket(1000, 5000, 7).take(500, 7)).toBe(507)
  })

  it('says when all that was taken is paid for, one after the other', () => {
    const bucket = new TokenBucket(1000, 5000, 0)
    expect([bucket.take(1000, 0), bucket.take(1000, 0), bucket.take(1000, 500)]).toEqual([1000, 2000, 3000])
  })

  it('keeps what was not taken, up to its burst', () => {
    const bucket = new TokenBucket(1000, 2000, 0)
    expect(bucket.take(2000, 60_000)).toBe(60_000)
    expect(bucket.take(1, 60_000)).toBe(60_001)
  })

  it('takes back what was not used, and has it for the next', () => {
    const bucket = new TokenBucket(1000, 2000, 0)
    bucket.take(1000, 0)
    bucket.giveBack(1000)
    expect(bucket.take(1000, 0)).toBe(1000)
    bucket.giveBack(1e9)
    expect(bucket.take(2000, 0)).toBe(0)
  })

  it('never lets more go than its rate and one burst, over any stretch of time, late callers or not', () => {
    const step = fc.record({ wait: fc.nat(400), bytes: fc.integer({ min: 1, max: 600 }), late: fc.nat(300) })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), steps => {
        const [rate, burst] = [1000, 250]
        const bucket = new TokenBucket(rate, burst, 0)
        const gone: { at: number; bytes: number }[] = []
        let now = 0
        for (const { wait, bytes, late } of steps) {
          now += wait
          const due = bucket.take(bytes, now)
          gone.push({ at: due, bytes })
          now = Math.max(now, due + (due > now ? late : 0))
        }
        for (const [first, { at: start }] of gone.entries()) {
          let sum = 0
          for (const { at, bytes } of gone.slice(first + 1)) {
            sum += bytes
            expect(sum).toBeLessThanOrEqual(((at - start) * rate) / 1000 + burst + 1e-6)
          }
        }
      }),
    )
  })
})
