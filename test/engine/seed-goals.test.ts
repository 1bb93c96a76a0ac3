import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGoals, ratioOf, SeedProgress, type SeedGoals } from '../../src/lib/engine/seed-goals.ts'

const SIZE = 1000

describe('a seeding goal', () => {
  it('of a ratio is reached once so much was given of what is here', () => {
    const seeding = new SeedProgress({ ratio: 1.5 }, 0, 0)
    expect(seeding.look({ uploaded: 1499, size: SIZE }, 1)).toBeUndefined()
    expect(seeding.look({ uploaded: 1500, size: SIZE }, 2)).toBe('ratio')
  })

  it('of a ratio counts what earlier runs gave', () => {
    expect(new SeedProgress({ ratio: 1 }, SIZE, 0).look({ uploaded: SIZE, size: SIZE }, 0)).toBe('ratio')
  })

  it('of a ratio is reached at once where there is nothing to give', () => {
    expect(new SeedProgress({ ratio: 1 }, 0, 0).look({ uploaded: 0, size: 0 }, 0)).toBe('ratio')
  })

  it('of a time is reached when it is over, however much was given', () => {
    const seeding = new SeedProgress({ seedTime: 60 }, 0, 5000)
    expect(seeding.look({ uploaded: 50 * SIZE, size: SIZE }, 64_999)).toBeUndefined()
    expect(seeding.look({ uploaded: 50 * SIZE, size: SIZE }, 65_000)).toBe('seedTime')
  })

  it('of an idle time is put off by every byte', () => {
    const seeding = new SeedProgress({ idleTime: 10 }, 7, 0)
    expect(seeding.look({ uploaded: 7, size: SIZE }, 9_999)).toBeUndefined()
    expect(seeding.look({ uploaded: 8, size: SIZE }, 10_000)).toBeUndefined()
    expect(seeding.look({ uploaded: 8, size: SIZE }, 19_999)).toBeUndefined()
    expect(seeding.look({ uploaded: 8, size: SIZE }, 20_000)).toBe('idleTime')
  })

  it('is the first one that is reached, where there are several', () => {
    const goals: SeedGoals = { ratio: 2, seedTime: 100, idleTime: 10 }
    expect(new SeedProgress(goals, 0, 0).look({ uploaded: 2 * SIZE, size: SIZE }, 5)).toBe('ratio')
    expect(new SeedProgress(goals, 0, 0).look({ uploaded: 0, size: SIZE }, 10_000)).toBe('idleTime')
  })

  it('is never reached where there is none', () => {
    const any = fc.record({ uploaded: fc.nat(), size: fc.nat(), now: fc.nat() })
    fc.assert(
      fc.property(any, ({ uploaded, size, now }) => {
        expect(new SeedProgress({}, 0, 0).look({ uploaded, size }, now)).toBeUndefined()
      }),
    )
  })

  it('that was reached stays reached', () => {
    const step = fc.record({ up: fc.nat(500), ms: fc.nat(5000) })
    fc.assert(
      fc.property(fc.array(step), steps => {
        const seeding = new SeedProgress({ ratio: 1, seedTime: 30 }, 0, 0)
        let [uploaded, now, reached] = [0, 0, false]
        for (const { up, ms } of steps) {
          uploaded += up
          now += ms
          const goal = seeding.look({ uploaded, size: SIZE }, now)
          expect(goal !== undefined).toBe(uploaded >= SIZE || now >= 30_000)
          expect(reached && goal === undefined).toBe(false)
          reached = goal !== undefined
        }
      }),
    )
  })

  it.each([{ ratio: 0 }, { ratio: -1 }, { ratio: NaN }, { ratio: Infinity }, { seedTime: -1 }, { idleTime: NaN }])(
    'can not be %j',
    goals => {
      expect(() => checkGoals(goals)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    },
  )

  it('of no time at all is one', () => {
    expect(() => checkGoals({ ratio: 0.1, seedTime: 0, idleTime: 0 })).not.toThrow()
    expect(new SeedProgress({ seedTime: 0 }, 0, 0).look({ uploaded: 0, size: SIZE }, 0)).toBe('seedTime')
  })
})

describe('a ratio', () => {
  it('is there only where something is', () => {
    expect(ratioOf({ uploaded: 5, size: 10 })).toBe(0.5)
    expect(ratioOf({ uploaded: 5, size: 0 })).toBeUndefined()
  })
})
