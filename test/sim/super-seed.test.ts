// BEP 16: a lone seed gives each piece about once, and the swarm does the rest.
import { describe, expect, it } from 'vitest'
import type { Node } from './support/node.ts'
import { sendTrue, type Script } from './support/scripted-peer.ts'
import { LINK, World } from './support/world.ts'

const PIECES = 64
const SLOW = { ...LINK, up: 200_000 }

function union(leeches: readonly Node[]): number {
  return new Set(leeches.flatMap(leech => [...(leech.torrent.have?.indices() ?? [])])).size
}

/** How often a lone seed has uploaded the content: until its leeches have it all between them, and until each has. */
function copies(superSeed: boolean, count: number, fast: boolean, pieces = PIECES): { spread: number; end: number } {
  const world = new World(500, { pieces })
  const seed = world.seed({ superSeed, link: SLOW })
  const leeches = world.leeches(count, { link: SLOW, fast })
  for (const leech of leeches) leech.know(seed, ...leeches.filter(other => other !== leech))
  const uploaded = (): number => seed.torrent.stats.upload.total / world.content.bytes.length
  while (union(leeches) < pieces) world.clock.run(100)
  const spread = uploaded()
  world.untilFinished(leeches)
  return { spread, end: uploaded() }
}

describe('super-seeding', () => {
  it.each([
    [10, true],
    [10, false],
  ])(
    'uploads barely more than one copy to %i leeches (BEP 6: %s), where a plain seed uploads much more',
    (count, fast) => {
      const plain = copies(false, count, fast)
      const sparing = copies(true, count, fast)
      expect(plain.spread).toBeGreaterThan(fast ? 1.15 : 1.3)
      expect(sparing.spread).toBeLessThan(1.05)
      expect(sparing.end).toBeLessThan(1.25)
    },
    60_000,
  )

  it('gives no piece twice while others are on their way, though most leeches have to wait', () => {
    expect(copies(true, 24, true, 32).spread).toBeLessThan(1.1)
  })

  it('gives a lone leech everything, one piece after the other', () => {
    for (const fast of [true, false]) {
      const world = new World(501)
      const [seed, leech] = [world.seed({ superSeed: true }), world.node({ fast })]
      leech.know(seed)
      world.untilFinished([leech], 20_000)
    }
  })

  it('passes for a peer that has nothing, reveals one piece, and turns down what else is asked for', () => {
    const world = new World(502)
    const seed = world.seed({ superSeed: true })
    const asking: Script = (event, { connection }) => {
      if (event.type === 'handshake') connection.haveNone()
      if (event.type === 'have') connection.interested(0)
      if (event.type !== 'unchoke') return
      for (let piece = 0; piece < 16; piece++) connection.request({ piece, offset: 0, length: 16_384 }, 0)
    }
    const peers = [0, 1].map(() => world.scripted(asking, { fast: true, extended: true }))
    for (const peer of peers) peer.dial(seed)
    world.clock.run(100_000)
    for (const peer of peers) {
      expect(peer.events.slice(0, 2).map(({ type }) => type)).toEqual(['handshake', 'haveNone'])
      expect([peer.countOf('have'), peer.countOf('allowedFast')]).toEqual([1, 0])
      expect([peer.countOf('block'), peer.countOf('reject')]).toEqual([1, 15])
      const hello = peer.events.find(event => event.type === 'extendedHandshake')
      expect(hello?.handshake.dict.has('upload_only')).toBe(false)
    }
    const shown = peers.map(peer => peer.events.find(event => event.type === 'have')?.piece)
    expect(new Set(shown).size).toBe(2)
  })

  it('shows who shares nothing another piece every two minutes only', () => {
    const world = new World(503)
    const seed = world.seed({ superSeed: true })
    const hoarding: Script = (event, { connection }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type === 'have') connection.request({ piece: event.piece, offset: 0, length: 16_384 }, 0)
    }
    const peers = [0, 1].map(() => world.scripted(hoarding))
    for (const peer of peers) peer.dial(seed)
    world.clock.run(115_000)
    expect(peers.map(peer => peer.countOf('have'))).toEqual([1, 1])
    world.clock.run(10_000)
    expect(peers.map(peer => peer.countOf('have'))).toEqual([2, 2])
  })

  it('goes on with the others when a peer leaves with its piece', () => {
    const world = new World(504)
    const seed = world.seed({ superSeed: true, link: SLOW })
    const [first, second, third] = world.leeches(3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('three leeches')
    for (const leech of [first, second, third]) leech.know(seed)
    first.know(second)
    world.clock.run(1000)
    third.vanish()
    world.untilFinished([first, second], 60_000)
  })

  it('is of no effect where a piece is missing', () => {
    const world = new World(505)
    const partial = world.node({ superSeed: true, have: [1, 2, 3] })
    const peer = world.scripted(() => undefined)
    peer.dial(partial)
    world.clock.run(1000)
    expect(peer.countOf('bitfield')).toBe(1)
  })

  it('takes part in a swarm that has another seed', () => {
    const world = new World(506)
    const [seed, leech] = [world.seed({ superSeed: true }), world.node()]
    leech.know(
      seed,
      world.scripted(
        (event, session) => {
          if (event.type === 'handshake') session.connection.haveAll()
          else if (event.type === 'interested') session.connection.unchoke(0)
          else if (event.type === 'request') sendTrue(event.block, session)
        },
        { fast: true },
      ),
    )
    world.untilFinished([leech])
  })
})
