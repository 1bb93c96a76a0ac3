// BEP 54: pieces that are gone again, a peer's and our own.
import { describe, expect, it } from 'vitest'
import { uint32 } from '../wire/support.ts'
import { seedThat, sendTrue, type Script, type Session } from './support/scripted-peer.ts'
import { World } from './support/world.ts'

const PIECES = 16
/** Its own number for the message. */
const DONT_HAVE = 3

/** Calls back once our extension handshake is in, with what sends a don't have. */
function onceGreeted(act: (dontHave: (piece: number) => void, session: Session) => void): Script {
  return (event, session) => {
    if (event.type !== 'extendedHandshake') return
    const id = event.handshake.messages.get('lt_donthave')
    if (id === undefined) throw new Error('lt_donthave is spoken')
    act(piece => session.connection.extended(id, uint32(piece)), session)
  }
}

describe('a peer that no longer has a piece', () => {
  it.each([true, false])('is not asked for it (BEP 6: %s)', fast => {
    const world = new World(700)
    const leech = world.node()
    const greeted = onceGreeted(dontHave => {
      dontHave(5)
      dontHave(5)
      dontHave(99)
    })
    const seed = seedThat(sendTrue, PIECES)
    const peer = world.scripted(
      (event, session) => {
        greeted(event, session)
        seed(event, session)
      },
      { extended: true, fast },
    )
    leech.know(peer)
    world.clock.run(20_000)
    expect([...(leech.torrent.have?.indices() ?? [])]).toEqual([...Array(PIECES).keys()].filter(piece => piece !== 5))
    expect(peer.countOf('notInterested')).toBe(1)
    leech.know(world.seed())
    world.untilFinished([leech], 20_000)
  })

  it('gives back what it was asked for of it: at once without BEP 6, with its rejects otherwise', () => {
    for (const fast of [false, true]) {
      const world = new World(701)
      const leech = world.node({ wanted: [5] })
      const sessions: Session[] = []
      let dontHave: ((piece: number) => void) | undefined
      const greeted = onceGreeted(send => {
        dontHave = send
      })
      const seed = seedThat((_, session) => sessions.push(session), PIECES)
      const peer = world.scripted(
        (event, session) => {
          greeted(event, session)
          seed(event, session)
        },
        { extended: true, fast },
      )
      leech.know(peer)
      world.clock.run(500)
      const [swarmPeer] = leech.torrent.peers.values()
      expect(swarmPeer?.outstanding).toBe(4)
      dontHave?.(5)
      sessions[0]?.flush()
      world.clock.run(500)
      expect(swarmPeer?.outstanding).toBe(fast ? 4 : 0)
      expect(peer.countOf('notInterested')).toBe(fast ? 0 : 1)
      if (!fast) continue
      for (const event of peer.events) if (event.type === 'request') sessions[0]?.connection.reject(event.block)
      sessions[0]?.flush()
      world.clock.run(500)
      expect([swarmPeer?.outstanding, peer.countOf('notInterested')]).toEqual([0, 1])
    }
  })

  it('is ignored before the piece count is known, and where the message is no piece', () => {
    const world = new World(702)
    const leech = world.node({ magnet: true })
    const greeted = onceGreeted((dontHave, { connection }) => {
      dontHave(5)
      connection.extended(1, Uint8Array.of(1, 2, 3))
    })
    const seed = seedThat(sendTrue, PIECES)
    leech.know(
      world.scripted(
        (event, session) => {
          greeted(event, session)
          seed(event, session)
        },
        { extended: true },
      ),
    )
    world.clock.run(500)
    leech.offerMetadata()
    world.untilFinished([leech], 20_000)
  })
})

describe('a piece of ours that is gone', () => {
  const listening =
    (hello: { m: { [name: string]: number } }): Script =>
    (event, { connection }) => {
      if (event.type === 'handshake') connection.extendedHandshake(hello)
    }
  const lost = (peer: { events: readonly { type: string }[] }): unknown[] =>
    peer.events.flatMap(event => ('payload' in event && 'id' in event && event.id === DONT_HAVE ? [event.payload] : []))

  it('for good, since nobody wants it any more, is told to those who listen, and never asked for again', () => {
    const world = new World(711)
    const seed = world.seed()
    const reader = world.node()
    const peer = world.scripted(listening({ m: { lt_donthave: DONT_HAVE } }), { extended: true })
    reader.know(seed)
    world.untilFinished([reader])
    peer.dial(reader)
    world.clock.run(1000)
    const before = reader.torrent.snapshot(world.clock.now).downloaded
    reader.release([2, 3])
    reader.release([3])
    world.clock.run(60_000)
    expect(lost(peer)).toEqual([uint32(2), uint32(3)])
    expect(reader.torrent.have?.has(3)).toBe(false)
    expect(reader.torrent.complete).toBe(true)
    expect(reader.torrent.snapshot(world.clock.now).downloaded).toBe(before)
  })

  it('is told to those who listen, and neither shown nor served from then on', () => {
    const world = new World(710)
    const seed = world.node({ have: 'all', wanted: [] })
    const ask: Script = (event, { connection }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type !== 'extended') return
      for (const piece of [4, 5]) connection.request({ piece, offset: 0, length: 16_384 }, 0)
    }
    const heeding = listening({ m: { lt_donthave: DONT_HAVE } })
    const both: Script = (event, session) => {
      heeding(event, session)
      ask(event, session)
    }
    const peer = world.scripted(both, { extended: true, fast: true })
    const deaf = world.scripted(listening({ m: {} }), { extended: true })
    peer.dial(seed)
    deaf.dial(seed)
    world.clock.run(1000)
    seed.lose(4)
    seed.lose(4)
    world.clock.run(1000)
    expect(lost(peer)).toEqual([uint32(4)])
    expect(deaf.countOf('extended')).toBe(0)
    expect(peer.events.flatMap(event => (event.type === 'reject' ? [event.block.piece] : []))).toEqual([4])
    expect(peer.events.flatMap(event => (event.type === 'block' ? [event.block.piece] : []))).toEqual([5])
    expect(seed.of('pieceLost')).toEqual([{ type: 'pieceLost', piece: 4 }])
    const late = world.scripted(() => undefined)
    late.dial(seed)
    world.clock.run(1000)
    expect(late.events.find(event => event.type === 'bitfield')?.bytes[0]).toBe(0b1111_0111)
  })

  it('is turned down where it waits, and where it is being read', () => {
    const pieces = 64
    const world = new World(711, { pieces })
    const seed = world.node({ have: 'all', wanted: [], link: { up: 20_000, down: 1e6, latency: 10 } })
    const ask: Script = (event, { connection }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type !== 'unchoke') return
      for (let piece = 0; piece < pieces; piece++) {
        for (let n = 0; n < 3; n++) connection.request({ piece, offset: n * 16_384, length: 16_384 }, 0)
      }
    }
    const peer = world.scripted(ask, { fast: true })
    peer.dial(seed)
    world.clock.runUntil('serving', () => peer.countOf('block') > 0, 10_000)
    for (let piece = 3; piece < pieces; piece++) seed.lose(piece)
    world.clock.run(100_000)
    expect(peer.countOf('block') + peer.countOf('reject')).toBe(3 * pieces)
    expect(peer.countOf('reject')).toBeGreaterThan(0)
    expect(seed.torrent.peers.size).toBe(1)
  })

  it('is downloaded again where it is wanted, and the torrent is complete a second time without saying so', () => {
    const world = new World(712)
    const [seed, leech] = [world.seed(), world.node()]
    leech.know(seed)
    world.untilFinished([leech])
    leech.lose(7)
    expect([leech.torrent.complete, leech.torrent.have?.has(7)]).toEqual([false, false])
    leech.know(world.seed())
    world.untilFinished([leech], 100_000)
    expect([leech.count('complete'), leech.count('pieceLost')]).toEqual([1, 1])
  })
})
