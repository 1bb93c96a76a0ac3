import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recency, type Place } from '../../src/lib/tracker/recency.ts'

test('the oldest is who was touched longest ago, as in a plain array', () => {
  const step = fc.record({ kind: fc.constantFrom('add', 'touch', 'remove'), at: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const recency = new Recency<number>()
      let model: Place<number>[] = []
      for (const [i, { kind, at }] of steps.entries()) {
        const place = model[at % Math.max(1, model.length)]
        if (kind === 'add') model.push(recency.add(i))
        else if (place !== undefined) {
          model = model.filter(other => other !== place)
          if (kind === 'touch') model.push(place)
          if (kind === 'touch') recency.touch(place)
          else recency.remove(place)
        }
        expect(recency.oldest).toBe(model[0]?.value)
        expect(recency.size).toBe(model.length)
      }
      while (model.length > 0) {
        const place = model.shift()
        expect(recency.oldest).toBe(place?.value)
        if (place !== undefined) recency.remove(place)
      }
      expect(recency.size).toBe(0)
    }),
  )
})
