import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateEstimator } from '../../src/lib/swarm/rate.ts'

const WINDOW = 10_000

describe('RateEstimator', () => {
  it('is nothing before the first bytes', () => {
    const rate = new RateEstimator()
    expect([rate.rate(0), rate.rate(1e9), rate.total]).toEqual([0, 0, 0])
  })

  it('finds a steady rate, at any time of day', () => {
    for (const start of [0, 123, 1e12 + 7]) {
      const rate = new RateEstimator()
      for (let at = 0; at < 60_000; at += 10) {
        rate.add(1000, start + at)
        if (at >= 5000) expect(Math.abs(rate.rate(start + at) - 100_000)).toBeLessThan(2000)
      }
      expect(rate.total).toBe(6_000_000)
    }
  })

  it('divides the first bytes by a second at least', () => {
    const rate = new RateEstimator()
    rate.add(16_384, 5000)
    expect(rate.rate(5000)).toBe(16_384)
    expect(rate.rate(5001)).toBe(16_384)
    expect(rate.rate(7000)).toBe(8192)
  })

  it('forgets what was longer ago than the window, not before', () => {
    const rate = new RateEstimator()
    rate.add(10_000, 0)
    expect(rate.rate(9499)).toBeGreaterThan(1000)
    expect(rate.rate(WINDOW)).toBe(0)
    rate.add(5000, 60_000)
    // Nearly two windows on, where the ring's oldest slot would come round again.
    expect(rate.rate(79_500)).toBe(0)
    expect(rate.total).toBe(15_000)
  })

  it('loses no byte of the window, however they come', () => {
    const arrival = fc.record({ bytes: fc.nat(1e6), after: fc.nat(4000) })
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1 }), fc.nat(1e6), (arrivals, start) => {
        const rate = new RateEstimator()
        let now = start
        const seen: { bytes: number; at: number }[] = []
        for (const { bytes, after } of arrivals) {
          now += after
          rate.add(bytes, now)
          seen.push({ bytes, at: now })
          const sum = (age: number): number =>
            seen.filter(({ at }) => now - at < age).reduce((total, one) => total + one.bytes, 0)
          const since = Math.max(1000, now - (seen[0]?.at ?? 0))
          const measured = (rate.rate(now) * Math.min(since, WINDOW)) / 1000
          expect(Math.ceil(measured * 1.06)).toBeGreaterThanOrEqual(sum(WINDOW - 500))
          expect((rate.rate(now) * Math.min(since, WINDOW - 500)) / 1000).toBeLessThanOrEqual(sum(WINDOW) + 1)
        }
        expect(rate.total).toBe(seen.reduce((total, one) => total + one.bytes, 0))
      }),
    )
  })
})
