import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { endpointOf } from '../../src/lib/tracker/endpoint.ts'
import type { PeerDraw } from '../../src/lib/tracker/peer-draw.ts'
import { PeerGroup, type GroupMember } from '../../src/lib/tracker/peer-group.ts'
import { idOf, ipv4, seeded } from './support.ts'

const ENTRY = 6
/** Nobody's. */
const STRANGER = endpointOf(ipv4(0), 1)

interface Member extends GroupMember {
  readonly number: number
  port: number
}

function member(number: number): Member {
  return { id: idOf(number), number, seed: false, slot: -1, port: 1000 }
}

const endpoint = ({ number, port }: Member): Uint8Array => endpointOf(ipv4(number), port)

function told(draw: PeerDraw): string[] {
  const compact = draw.compact()
  const entries = Array.from({ length: draw.length }, (_, i) => compact.slice(i * ENTRY, (i + 1) * ENTRY))
  expect(draw.list().map(peer => peer.endpoint)).toEqual(entries)
  return draw.list().map(peer => `${peer.id} ${peer.endpoint.join('.')}`)
}

const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'renew'),
  at: fc.nat(40),
  seed: fc.boolean(),
  port: fc.constantFrom(1000, 2000),
})

test('holds what a plain array would, whatever is added, renewed and removed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), steps => {
      const group = new PeerGroup<Member>(ENTRY)
      const random = seeded(1)
      let model: Member[] = []
      for (const [number, { kind, at, seed, port }] of steps.entries()) {
        const peer = kind === 'add' ? member(number + 1) : model[at % Math.max(1, model.length)]
        if (peer === undefined) continue
        if (kind === 'remove') {
          group.remove(peer)
          model = model.filter(other => other !== peer)
        } else {
          if (kind === 'add') {
            group.add(peer, endpoint(peer), random)
            model.push(peer)
          }
          peer.port = port
          group.renew(peer, seed, endpoint(peer), random)
        }
        const expected = model.map(other => `${other.id} ${endpoint(other).join('.')}`)
        expect(told(group.draw(STRANGER, 1000, random)).sort()).toEqual(expected.sort())
        expect(group.seeds).toBe(model.filter(other => other.seed).length)
        expect(group.leeches).toBe(model.filter(other => !other.seed).length)
      }
    }),
    { numRuns: 30 },
  )
})

test('who stands beside whom changes with every announce', () => {
  const group = new PeerGroup<Member>(ENTRY)
  const random = seeded(2)
  const members = Array.from({ length: 100 }, (_, number) => member(number + 1))
  for (const peer of members) group.add(peer, endpoint(peer), random)
  const neighbours = (): string[] => {
    const order = members.toSorted((a, b) => a.slot - b.slot)
    return order.slice(1).map((peer, i) => `${order[i]?.number ?? 0} ${peer.number}`)
  }
  const before = new Set(neighbours())
  for (const peer of members) group.renew(peer, false, endpoint(peer), random)
  // Of 99 pairs about one stays together by chance.
  expect(neighbours().filter(pair => before.has(pair)).length).toBeLessThan(10)
})
