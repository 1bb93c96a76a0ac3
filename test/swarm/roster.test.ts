import { describe, expect, it } from 'vitest'
import { peerId, type PeerId } from '../../src/lib/base/ids.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Roster } from '../../src/lib/swarm/roster.ts'
import type { PeerKey } from '../../src/lib/picker/picker.ts'
import type { PeerConnection } from '../../src/lib/wire/connection.ts'
import { connection, handshake, HASH, message, opened } from '../wire/support.ts'
import { addressOf, alertsOf } from './support.ts'

function id(byte: number): PeerId {
  return peerId(new Uint8Array(20).fill(byte))
}

function openTo(them: PeerId): PeerConnection {
  const open = connection()
  open.receive(handshake(HASH, them), 0)
  return open
}

function setUp(maxConnections = 200, ours = id(5)) {
  const outbox = new Outbox()
  const roster = new Roster({ outbox, maxConnections, peerId: ours, port: 6881, complete: () => false })
  const dialled = (): number => outbox.takeActions().filter(({ type }) => type === 'dial').length
  /** Dials an address and shakes hands there. */
  const meet = (key: number, them: PeerId, now = 0) => {
    roster.learn([addressOf(key)], 'test', now)
    const peer = [...roster.peers.values()].find(({ address }) => address.port === addressOf(key).port)
    if (peer === undefined) throw new Error('not dialled')
    roster.attach(peer, openTo(them), now)
    return { peer, surplus: roster.handshaken(peer, them, now) }
  }
  return { outbox, roster, dialled, meet }
}

describe('Roster', () => {
  it('dials at most 50 at once, and the next as each comes about or fails', () => {
    const { roster, dialled } = setUp()
    roster.learn(
      Array.from({ length: 120 }, (_, key) => addressOf(key)),
      'test',
      0,
    )
    expect(dialled()).toBe(50)
    const [first, second] = roster.peers.values()
    if (first === undefined || second === undefined) throw new Error('nobody was dialled')
    roster.attach(first, opened(), 0)
    roster.dial(0)
    expect(dialled()).toBe(1)
    roster.remove(second, 'unreachable', 'refused', 0)
    roster.remove(second, 'unreachable', 'refused', 0)
    roster.dial(0)
    expect(dialled()).toBe(1)
    // One that is connected was not being dialled any more.
    roster.remove(first, 'closed-by-peer', 'gone', 0)
    roster.dial(0)
    expect(dialled()).toBe(0)
  })

  it('has no more connections than it may, dialled or taken in', () => {
    const { roster, dialled } = setUp(2)
    roster.learn([addressOf(1), addressOf(2), addressOf(3)], 'test', 0)
    expect(dialled()).toBe(2)
    expect(roster.accept(openTo(id(9)), id(9), addressOf(9), 0)).toBeUndefined()
  })

  it('keeps the older of two that it opened itself', () => {
    const { meet } = setUp()
    expect(meet(1, id(9)).surplus).toBeUndefined()
    const { peer, surplus } = meet(2, id(9))
    expect(surplus).toBe(peer)
  })

  it.each([
    ['we are the greater: ours', 9, 5, 'them'],
    ['they are the greater: theirs', 5, 9, 'us'],
  ] as const)('of two that crossed keeps one by peer id; %s', (_, ours, theirs, dropped) => {
    const { roster, meet } = setUp(200, id(ours))
    expect(roster.accept(openTo(id(theirs)), id(theirs), addressOf(1), 0)).toBeDefined()
    expect(meet(2, id(theirs), 100).surplus?.initiator).toBe(dropped)
  })

  it('does not give up an old connection for a new one', () => {
    const { roster, meet } = setUp(200, id(9))
    roster.accept(openTo(id(5)), id(5), addressOf(1), 0)
    expect(meet(2, id(5), 10_000).surplus?.initiator).toBe('us')
  })

  it('takes nobody in twice', () => {
    const { roster, meet } = setUp()
    meet(1, id(9))
    expect(roster.accept(openTo(id(9)), id(9), addressOf(3), 0)).toBeUndefined()
    expect(roster.accept(openTo(id(8)), id(8), addressOf(3), 0)).toBeDefined()
  })

  describe('who left', () => {
    const comeAndGo = (roster: Roster, port: number, blocks: number): PeerKey => {
      const peer = roster.accept(openTo(id(9)), id(9), { host: '52.0.0.1', port }, 0)
      if (peer === undefined) throw new Error('refused')
      roster.handshaken(peer, id(9), 0)
      peer.came = blocks
      expect(roster.addressOf(peer.key)?.port).toBe(port)
      roster.remove(peer, 'closed-by-peer', 'gone', 0)
      return peer.key
    }

    it('is remembered, up to a limit', () => {
      const { roster } = setUp()
      const keys = Array.from({ length: 300 }, (_, n) => comeAndGo(roster, n + 1, 1))
      expect(keys.filter(key => roster.addressOf(key) !== undefined)).toEqual(keys.slice(-256))
    })

    it('is forgotten where it sent no block, and makes nobody else be forgotten', () => {
      const { roster } = setUp()
      const sender = comeAndGo(roster, 1, 1)
      const idlers = Array.from({ length: 300 }, (_, n) => comeAndGo(roster, n + 2, 0))
      expect(idlers.filter(key => roster.addressOf(key) !== undefined)).toEqual([])
      expect(roster.addressOf(sender)?.port).toBe(1)
    })
  })

  it('neither dials nor takes in once it is closed, and asks for nobody', () => {
    const { outbox, roster, dialled } = setUp()
    roster.close()
    roster.learn([addressOf(1)], 'test', 0)
    expect(dialled()).toBe(0)
    expect(roster.accept(opened(), id(9), addressOf(9), 0)).toBeUndefined()
    expect(roster.deadline(0)).toBe(Infinity)
    expect(alertsOf(outbox)).toEqual([])
  })

  it('does not dial or take in who is banned', () => {
    const { outbox, roster } = setUp()
    roster.ban(addressOf(1), 'it lied')
    roster.learn([addressOf(1)], 'test', 0)
    expect(roster.peers.size).toBe(0)
    expect(roster.accept(openTo(id(9)), id(9), addressOf(1), 0)).toBeUndefined()
    expect(alertsOf(outbox)).toContainEqual({ type: 'peerBanned', address: addressOf(1), reason: 'it lied' })
  })

  describe('when full', () => {
    /** By BEP 40, for 123.213.32.10: which of the two comes first. */
    const [better, worse] = [
      { host: '98.76.54.32', port: 1 },
      { host: '123.213.32.234', port: 1 },
    ]
    const LATER = 60_000
    const full = (resident = worse) => {
      const { roster } = setUp(1)
      const peer = roster.accept(openTo(id(9)), id(9), resident, 0)
      if (peer === undefined) throw new Error('refused')
      const vote = (): void => {
        for (const host of ['60.1.1.1', '60.2.2.2']) {
          const voter = new SwarmPeer(1, { host, port: 1 }, 'us')
          roster.toldOurAddress(voter, Uint8Array.of(123, 213, 32, 10))
        }
      }
      return { roster, peer, vote }
    }

    it('gives the place of one that is of no use to a newcomer that BEP 40 puts before it', () => {
      const { roster, peer, vote } = full()
      vote()
      expect(roster.replaceable(better, id(99), LATER)).toBe(peer)
      expect(roster.accept(openTo(id(8)), id(8), better, LATER, peer)).toBeDefined()
    })

    it('gives no place where the newcomer comes after it, nor before we know our address', () => {
      const { roster, vote } = full(better)
      expect(roster.replaceable(worse, id(99), LATER)).toBeUndefined()
      vote()
      expect(roster.replaceable(worse, id(99), LATER)).toBeUndefined()
      const other = full()
      expect(other.roster.replaceable(better, id(99), LATER)).toBeUndefined()
    })

    it('gives no place of one that is new, or of use', () => {
      const { roster, peer, vote } = full()
      vote()
      expect(roster.replaceable(better, id(99), LATER - 1)).toBeUndefined()
      peer.connection?.interested(0)
      expect(roster.replaceable(better, id(99), LATER)).toBeUndefined()
      peer.connection?.notInterested(0)
      peer.connection?.receive(message(2), 0)
      expect(roster.replaceable(better, id(99), LATER)).toBeUndefined()
      peer.connection?.receive(message(3), 0)
      peer.serving = 1
      expect(roster.replaceable(better, id(99), LATER)).toBeUndefined()
      peer.serving = 0
      expect(roster.replaceable(better, id(99), LATER)).toBe(peer)
    })

    it('takes nobody in beyond it where nobody makes room, and anyone twice only in place of the first', () => {
      const { roster, peer } = full()
      expect(roster.accept(openTo(id(8)), id(8), better, LATER)).toBeUndefined()
      expect(roster.accept(openTo(id(9)), id(9), better, LATER)).toBeUndefined()
      expect(roster.accept(openTo(id(9)), id(9), better, LATER, peer)?.address).toEqual(better)
    })
  })

  it('has nobody make room while there is some', () => {
    const { roster } = setUp(2)
    roster.accept(openTo(id(9)), id(9), addressOf(1), 0)
    expect(roster.replaceable(addressOf(2), id(99), 100_000)).toBeUndefined()
  })
})
