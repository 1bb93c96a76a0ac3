import { describe, expect, it } from 'vitest'
import { costOf, MessageBudget } from '../../src/lib/swarm/message-budget.ts'
import type { PeerEvent } from '../../src/lib/wire/connection.ts'
import { peerWith } from './support.ts'

describe('what a peer may say', () => {
  it('is 5000 small messages at once, and 100 a second after that', () => {
    const budget = new MessageBudget()
    for (let n = 0; n < 5000; n++) expect(budget.pay(1, 0)).toBe('paid')
    expect(budget.pay(1, 0)).toBe('spent')
    expect(budget.pay(1, 19)).toBe('spent')
    // It owes two by now, and a hundred have come.
    expect(budget.pay(99, 1010)).toBe('paid')
    expect(budget.pay(1, 1010)).toBe('spent')
  })

  it('is more for who is of use, but nothing is saved up', () => {
    const budget = new MessageBudget()
    budget.earn(1_000_000)
    expect(budget.pay(5000, 1e9)).toBe('paid')
    budget.earn(3)
    expect(budget.pay(3, 1e9)).toBe('paid')
    expect(budget.pay(1, 1e9)).toBe('spent')
  })

  it('costs nothing where it is news, or is counted elsewhere', () => {
    const peer = peerWith(1, 8, [3])
    const cost = (event: PeerEvent, waiting = false): number => costOf(event, peer, waiting)
    expect(cost({ type: 'have', piece: 4 })).toBe(0)
    expect(cost({ type: 'have', piece: 3 })).toBe(1)
    expect(cost({ type: 'request', block: { piece: 0, offset: 0, length: 1 } })).toBe(0)
    expect(cost({ type: 'unknown', id: 99, length: 1_048_576 })).toBe(4097)
    // A piece of metadata that is waited for, and one that is not.
    const data: PeerEvent = { type: 'extended', id: 1, payload: new Uint8Array(16_384) }
    expect(cost(data, true)).toBe(2)
    expect(cost(data)).toBe(65)
  })

  it('knows a have that was said before the number of pieces was known', () => {
    const peer = peerWith(1, 8, [])
    peer.has = undefined
    expect(costOf({ type: 'have', piece: 4 }, peer, true)).toBe(0)
    peer.earlyHave(4)
    expect(costOf({ type: 'have', piece: 4 }, peer, true)).toBe(1)
    peer.earlyBitfield = 'all'
    expect(costOf({ type: 'have', piece: 5 }, peer, true)).toBe(1)
  })
})
