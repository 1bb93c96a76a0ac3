import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MAX_BANS,
  MAX_FAILURES,
  MAX_KNOWN_PEERS,
  PEER_BACK_OFF,
  PeerList,
  RECONNECT_DELAY,
} from '../../src/lib/discovery/peer-list.ts'

const peer = (n: number, port = 6881): { host: string; port: number } => ({ host: `10.0.${n >> 8}.${n & 255}`, port })

function listOf(...hosts: number[]): PeerList {
  const list = new PeerList()
  list.add(
    hosts.map(n => peer(n)),
    'tracker',
    0,
  )
  return list
}

function fail(list: PeerList, n: number, now: number): void {
  list.dialing(peer(n), now)
  list.disconnected(peer(n), 'failed', now)
}

describe('adding', () => {
  it('counts what is new, compares canonical texts and remembers the sources', () => {
    const list = new PeerList()
    expect(list.add([peer(1), peer(1), peer(2)], 'tracker', 0)).toBe(2)
    expect(list.add([peer(1)], 'pex', 0)).toBe(0)
    expect(list.sources(peer(1))).toEqual(['tracker', 'pex'])
    expect(list.add([{ host: '2001:DB8:0::1', port: 1 }], 'dht', 0)).toBe(1)
    expect(list.add([{ host: '2001:db8::1', port: 1 }], 'dht', 0)).toBe(0)
    expect(list.size).toBe(3)
  })

  it.each([
    ['0.0.0.0', 1],
    ['::', 1],
    ['224.0.0.1', 1],
    ['ff02::1', 1],
    ['255.255.255.255', 1],
    ['1.2.3.4', 0],
    ['1.2.3.4', 65_536],
  ])('refuses %s port %d', (host, port) => {
    expect(new PeerList().add([{ host, port }], 'tracker', 0)).toBe(0)
  })

  it.each(['peer.example', 'localhost', '127.1', '2130706433', 'fe80::1%eth0'])(
    'takes %s, no literal address, from the user alone',
    host => {
      const list = new PeerList()
      expect(list.add([{ host, port: 1 }], 'http://tracker.example/announce', 0)).toBe(0)
      expect(list.next(0)).toBeUndefined()
      expect(list.add([{ host, port: 1 }], 'user', 0)).toBe(1)
    },
  )

  it('never takes ourselves', () => {
    const list = listOf(1, 2)
    list.addSelf(peer(1))
    expect(list.add([peer(1)], 'pex', 0)).toBe(0)
    expect(list.next(0)).toEqual(peer(2))
    expect(list.size).toBe(1)
  })

  it('keeps at most its limit, and only spent peers give way', () => {
    const list = listOf(...Array.from({ length: MAX_KNOWN_PEERS }, (_, n) => n))
    expect(list.size).toBe(MAX_KNOWN_PEERS)
    expect(list.add([peer(60_000)], 'pex', 0)).toBe(0)
    list.dialing(peer(7), 0)
    list.disconnected(peer(7), 'useless', 0)
    expect(list.add([peer(60_000), peer(60_001)], 'pex', 0)).toBe(1)
    expect(list.sources(peer(7))).toEqual([])
  })
})

describe('the next peer to dial', () => {
  it('is the one with the fewest failures, then the least recently tried', () => {
    const list = listOf(1, 2, 3)
    fail(list, 1, 0)
    list.dialing(peer(2), 10)
    list.connected(peer(2), 11)
    list.disconnected(peer(2), 'closed', 12)
    list.dialing(peer(3), 5)
    list.connected(peer(3), 6)
    list.disconnected(peer(3), 'closed', 13)
    const order: string[] = []
    for (let i = 0; i < 3; i++) {
      const next = list.next(1e6)
      if (next === undefined) break
      order.push(next.host)
      list.dialing(next, 1e6)
    }
    expect(order).toEqual(['10.0.0.3', '10.0.0.2', '10.0.0.1'])
    expect(list.next(1e6)).toBeUndefined()
  })

  it('stays the same until it is dialed', () => {
    const list = listOf(1)
    expect(list.next(0)).toEqual(peer(1))
    expect(list.next(0)).toEqual(peer(1))
    list.dialing(peer(1), 0)
    expect(list.next(0)).toBeUndefined()
  })

  it('is not one that connected to us meanwhile', () => {
    const list = listOf(1)
    list.connected(peer(1), 0)
    expect(list.next(0)).toBeUndefined()
  })

  it('comes back after its back-off, which doubles', () => {
    const list = listOf(1)
    fail(list, 1, 0)
    expect(list.deadline(0)).toBe(PEER_BACK_OFF)
    expect(list.next(PEER_BACK_OFF - 1)).toBeUndefined()
    expect(list.next(PEER_BACK_OFF)).toEqual(peer(1))
    fail(list, 1, 100_000)
    expect(list.deadline(100_000)).toBe(100_000 + 2 * PEER_BACK_OFF)
  })

  it('is given up after three failures until a source names it again', () => {
    const list = listOf(1)
    for (let i = 0; i < MAX_FAILURES; i++) fail(list, 1, 0)
    expect(list.deadline(0)).toBe(Infinity)
    expect(list.next(1e9)).toBeUndefined()
    list.add([peer(1)], 'pex', 1)
    expect(list.next(1)).toBeUndefined()
    list.add([peer(1)], 'tracker', 1e6)
    expect(list.next(1e6)).toEqual(peer(1))
    fail(list, 1, 1e6)
    expect(list.next(1e9)).toBeUndefined()
  })

  it('is not a spent one that is connected to us, however often it is named', () => {
    const list = listOf(1)
    for (let i = 0; i < MAX_FAILURES; i++) fail(list, 1, 0)
    list.connected(peer(1), 1e6)
    list.add([peer(1)], 'tracker', 1e6)
    expect(list.next(1e6)).toBeUndefined()
  })

  it('forgets the failures of a peer that connected', () => {
    const list = listOf(1)
    for (let round = 0; round < 2 * MAX_FAILURES; round++) {
      list.dialing(peer(1), round)
      list.connected(peer(1), round)
      list.disconnected(peer(1), 'closed', round)
    }
    expect(list.deadline(0)).toBe(2 * MAX_FAILURES - 1 + RECONNECT_DELAY)
  })
})

describe('bans', () => {
  it('go by host', () => {
    const list = new PeerList()
    list.add([peer(1, 1), peer(1, 2), peer(2)], 'tracker', 0)
    list.ban(peer(1, 999))
    expect(list.isBanned(peer(1, 5))).toBe(true)
    expect(list.next(0)).toEqual(peer(2))
    expect(list.add([peer(1, 3)], 'tracker', 0)).toBe(0)
    expect(list.size).toBe(1)
  })

  it('go by port on the loopback', () => {
    const list = new PeerList()
    const [bad, good] = [1, 2].map(port => ({ host: '127.0.0.1', port }))
    if (bad === undefined || good === undefined) throw new Error('unreachable')
    list.add([bad, good], 'user', 0)
    list.ban(bad)
    expect(list.isBanned(good)).toBe(false)
    expect(list.next(0)).toEqual(good)
  })

  it('are forgotten, the oldest first, where there are more than anyone should need', () => {
    const list = new PeerList()
    const host = (n: number) => ({ host: `2001:db8::${n.toString(16)}`, port: 6881 })
    for (let n = 0; n <= MAX_BANS; n++) list.ban(host(n))
    expect([0, 1, MAX_BANS].map(n => list.isBanned(host(n)))).toEqual([false, true, true])
    // One that is banned again is not the oldest any more.
    list.ban(host(1))
    list.ban(host(MAX_BANS + 1))
    expect([1, 2].map(n => list.isBanned(host(n)))).toEqual([true, false])
  })

  it('hold for a peer that was connected', () => {
    const list = listOf(1)
    list.dialing(peer(1), 0)
    list.connected(peer(1), 0)
    list.ban(peer(1))
    list.disconnected(peer(1), 'closed', 0)
    expect(list.next(1e9)).toBeUndefined()
    expect(list.size).toBe(0)
  })
})

it('offers what a plain model of it would', () => {
  const step = fc.record({
    n: fc.integer({ min: 0, max: 5 }),
    what: fc.constantFrom('add', 'dial', 'connect', 'failed', 'closed', 'useless', 'later'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const list = new PeerList()
      const model = new Map<number, { idle: boolean; failures: number; tried: number; from: number; spent: boolean }>()
      let now = 0
      for (const { n, what } of steps) {
        now += what === 'later' ? 45_000 : 1
        const known = model.get(n)
        if (what === 'add') {
          list.add([peer(n)], 'tracker', now)
          if (known === undefined) model.set(n, { idle: true, failures: 0, tried: -1, from: 0, spent: false })
          else if (known.spent && known.from <= now) {
            Object.assign(known, { spent: false, failures: Math.min(known.failures, MAX_FAILURES - 1) })
          }
        } else if (what === 'dial') {
          list.dialing(peer(n), now)
          if (known !== undefined) Object.assign(known, { idle: false, tried: now, spent: false })
        } else if (what === 'connect') {
          list.connected(peer(n), now)
          if (known !== undefined) Object.assign(known, { idle: false, tried: now, spent: false, failures: 0 })
        } else if (what !== 'later') {
          list.disconnected(peer(n), what, now)
          if (known === undefined || known.idle) continue
          const failures = known.failures + (what === 'failed' ? 1 : 0)
          const from = now + (what === 'failed' ? PEER_BACK_OFF * 2 ** (failures - 1) : RECONNECT_DELAY)
          Object.assign(known, { idle: true, failures, from, spent: what === 'useless' || failures >= MAX_FAILURES })
        }
        const ready = [...model].filter(([, p]) => p.idle && !p.spent && p.from <= now)
        const best = ready.toSorted(([, a], [, b]) => a.failures - b.failures || a.tried - b.tried)[0]?.[1]
        const next = list.next(now)
        const found = next === undefined ? undefined : model.get(Number(next.host.slice('10.0.0.'.length)))
        expect([found?.failures, found?.tried]).toEqual([best?.failures, best?.tried])
      }
    }),
    { numRuns: 500 },
  )
})

describe('rank', () => {
  const order = (list: PeerList): number[] => {
    const hosts: number[] = []
    for (let next = list.next(0); next !== undefined; next = list.next(0)) {
      hosts.push(Number(next.host.split('.')[3]))
      list.dialing(next, 0)
    }
    return hosts
  }
  const byHost = ({ host }: { host: string }): number => Number(host.split('.')[3])

  it('orders peers that are alike else, those that are known and those that come', () => {
    const list = listOf(3, 9, 5)
    list.rank(byHost)
    list.add([peer(7), peer(1)], 'tracker', 0)
    expect(order(list)).toEqual([9, 7, 5, 3, 1])
  })

  it('comes after failures and the time of the last try', () => {
    const list = listOf(1, 2, 3)
    list.rank(byHost)
    fail(list, 3, 0)
    list.dialing(peer(2), 0)
    list.connected(peer(2), 0)
    list.disconnected(peer(2), 'closed', 0)
    const later = Math.max(PEER_BACK_OFF, RECONNECT_DELAY)
    const hosts: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      const next = list.next(later)
      hosts.push(next?.host)
      if (next !== undefined) list.dialing(next, later)
    }
    expect(hosts).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })

  it('forgets no peer and brings none back', () => {
    const list = listOf(1, 2, 3)
    list.dialing(peer(2), 0)
    list.rank(byHost)
    expect(order(list)).toEqual([3, 1])
  })
})
