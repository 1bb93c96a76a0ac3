// What nobody may do to us, and whom we do not take in.
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import { message, uint32 } from '../wire/support.ts'
import { seedThat, sendTrue, type Script } from './support/scripted-peer.ts'
import { idOf, World } from './support/world.ts'

const PIECES = 16

describe('a peer is dropped', () => {
  it('that asks for more than anyone may have waiting', () => {
    const world = new World(300)
    const seed = world.seed()
    const block: Block = { piece: 0, offset: 0, length: 16_384 }
    const greedy = world.scripted((event, { connection }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type === 'unchoke') for (let i = 0; i < 2100; i++) connection.request(block, 0)
    })
    greedy.dial(seed)
    world.clock.run(2000)
    expect(seed.of('peerDisconnected')).toMatchObject([{ reason: 'request-flood' }])
    expect(seed.torrent.peers.size).toBe(0)
  })

  it('whose bitfield has a bit too many', () => {
    const world = new World(301, { pieces: 10 })
    const leech = world.node()
    const wrong = world.scripted((event, { raw }) => {
      if (event.type === 'handshake') raw(message(5, 0xff, 0xff))
    })
    leech.know(wrong)
    world.clock.run(1000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'bad-message' }])
  })

  it('whose bitfield has the wrong length', () => {
    const world = new World(302)
    const leech = world.node()
    const wrong = world.scripted((event, { raw }) => {
      if (event.type === 'handshake') raw(message(5, 0xff, 0xff, 0xff))
    })
    leech.know(wrong)
    world.clock.run(1000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'bad-length' }])
  })

  it('that says nothing for two minutes and a little', () => {
    const world = new World(303)
    const seed = world.seed()
    world.scripted(() => undefined).dial(seed)
    world.clock.run(139_000)
    expect(seed.torrent.peers.size).toBe(1)
    world.clock.run(2000)
    expect(seed.of('peerDisconnected')).toMatchObject([{ reason: 'idle-timeout' }])
  })

  it('that does not shake hands', () => {
    const world = new World(304)
    const leech = world.node()
    const mute = world.network.join({ host: '52.8.8.8', port: 8 }, { up: 1e6, down: 1e6, latency: 10 }, () => ({
      received: () => undefined,
      drained: () => undefined,
      closed: () => undefined,
    }))
    leech.know(mute)
    world.clock.run(11_000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'handshake-timeout' }])
  })
})

describe('a connection is refused', () => {
  it('beyond the limit of the torrent', () => {
    const world = new World(310)
    const seed = world.seed()
    const visitors = Array.from({ length: 205 }, () => world.scripted(() => undefined))
    for (const visitor of visitors) visitor.dial(seed)
    world.clock.run(2000)
    expect(seed.torrent.peers.size).toBe(200)
    expect(visitors.filter(visitor => visitor.closed.length > 0)).toHaveLength(5)
    expect(visitors.filter(visitor => visitor.countOf('handshake') === 0)).toHaveLength(5)
  })

  it('to a peer id that is connected already', () => {
    const world = new World(311)
    const seed = world.seed()
    const [first, second] = [0, 1].map(() => world.scripted(() => undefined, { peerId: idOf(999) }))
    first?.dial(seed)
    world.clock.run(500)
    second?.dial(seed)
    world.clock.run(500)
    expect(seed.torrent.peers.size).toBe(1)
    expect([first?.closed, second?.closed]).toEqual([[], ['the peer closed the connection']])
  })

  it('on the second address of one peer', () => {
    const world = new World(312)
    const leech = world.node()
    const script = seedThat(sendTrue, PIECES)
    const twins = [0, 1].map(() => world.scripted(script, { peerId: idOf(999) }))
    leech.know(...twins)
    world.clock.run(500)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'duplicate' }])
    expect(leech.torrent.peers.size).toBe(1)
    world.untilFinished([leech])
    world.clock.run(100_000)
    // It could have been the first that is not the peer, so the second is tried once more.
    expect(twins.map(twin => twin.sessions)).toEqual([1, 2])
    expect(leech.torrent.snapshot(world.clock.now).peers).toBe(0)
  })

  it('to ourselves, and that address is not dialled again', () => {
    const world = new World(313)
    const leech = world.node()
    leech.know(leech)
    world.clock.run(300_000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'self-connection' }])
    leech.know(leech)
    world.clock.run(1000)
    expect(leech.count('peerDisconnected')).toBe(1)
    expect(leech.torrent.snapshot(world.clock.now).knownPeers).toBe(0)
  })

  it('leaves nothing behind of what came with it', () => {
    const world = new World(314, { pieces: 4 })
    const leech = world.node()
    // A duplicate that opens with all it has to say: bitfield and unchoke in one go with its handshake.
    const eager: Script = (event, { connection }) => {
      if (event.type !== 'handshake') return
      connection.bitfield(Bitfield.full(4))
      connection.unchoke(0)
    }
    const [first, second] = [0, 1].map(() => world.scripted(eager, { peerId: idOf(999) }))
    first?.dial(leech)
    world.clock.run(500)
    second?.dial(leech)
    world.clock.run(500)
    expect(second?.countOf('request')).toBe(0)
    leech.know(world.seed())
    world.untilFinished([leech], 10_000)
  })
})

describe('what a peer says twice or oddly', () => {
  it('counts as it was said last: a second bitfield replaces the first', () => {
    const world = new World(320)
    const leech = world.node()
    const doubtful = world.scripted((event, { connection }) => {
      if (event.type === 'handshake') connection.bitfield(Bitfield.full(PIECES))
      if (event.type === 'interested') connection.bitfield(new Bitfield(PIECES))
    })
    leech.know(doubtful)
    world.clock.run(1000)
    expect(doubtful.countOf('notInterested')).toBe(1)
    const [peer] = leech.torrent.peers.values()
    expect(peer?.has?.count).toBe(0)
    leech.know(world.seed())
    world.untilFinished([leech])
  })

  it('is ignored where it asks for what is not there or not allowed', () => {
    const world = new World(321)
    const partial = world.node({ have: [0] })
    const odd: Block[] = [
      { piece: 1, offset: 0, length: 16_384 },
      { piece: 99, offset: 0, length: 16_384 },
      { piece: 0, offset: 65_000, length: 16_384 },
      { piece: 0, offset: 0, length: 32_768 },
    ]
    const asking = world.scripted((event, { connection, raw }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type !== 'unchoke') return
      for (const { piece, offset, length } of odd) {
        raw(message(6, uint32(piece), uint32(offset), uint32(length)))
      }
      connection.request({ piece: 0, offset: 100, length: 1000 }, 0)
    })
    asking.dial(partial)
    world.clock.run(1000)
    expect(asking.events.filter(event => event.type === 'block')).toMatchObject([
      { block: { piece: 0, offset: 100, length: 1000 } },
    ])
    expect(partial.torrent.peers.size).toBe(1)
  })

  it('limits what it is asked for to the requests that it takes (BEP 10 reqq)', () => {
    const world = new World(323)
    const leech = world.node()
    let waiting = 0
    let most = 0
    const modest = world.scripted(
      (event, session) => {
        if (event.type === 'handshake') {
          session.connection.bitfield(Bitfield.full(PIECES))
          session.connection.extendedHandshake({ m: {}, reqq: 2 })
        }
        if (event.type === 'interested') session.connection.unchoke(0)
        if (event.type !== 'request') return
        most = Math.max(most, ++waiting)
        world.clock.after(50, () => {
          waiting--
          sendTrue(event.block, session)
          session.flush()
        })
      },
      { extended: true },
    )
    modest.dial(leech)
    world.untilFinished([leech])
    expect(most).toBe(2)
  })

  it('tells who lacks a piece of every new one, and seeds, and nobody else', () => {
    const world = new World(322)
    const [seed, leech] = [world.seed(), world.node()]
    const watching = world.scripted(() => undefined)
    watching.dial(leech)
    const idle = world.scripted((event, { connection }) => {
      if (event.type === 'handshake') connection.bitfield(Bitfield.full(PIECES))
    })
    idle.dial(leech)
    const half = world.scripted((event, { connection }) => {
      if (event.type !== 'handshake') return
      const first = new Bitfield(PIECES)
      for (let piece = 0; piece < PIECES / 2; piece++) first.set(piece)
      connection.bitfield(first)
    })
    half.dial(leech)
    world.clock.run(200)
    leech.know(seed)
    world.untilFinished([leech])
    world.clock.run(200)
    const heard = [watching, idle, half].map(peer => peer.countOf('have'))
    expect(heard).toEqual([PIECES, PIECES, PIECES / 2])
  })
})
