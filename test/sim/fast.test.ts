// The fast extension (BEP 6) over time: what is said of pieces, and what becomes of requests that are not served.
import { describe, expect, it } from 'vitest'
import type { Block } from '../../src/lib/metainfo/block.ts'
import { RateLimit } from '../../src/lib/swarm/rate-limit.ts'
import type { PeerEvent } from '../../src/lib/wire/connection.ts'
import { message } from '../wire/support.ts'
import type { Script, Session } from './support/scripted-peer.ts'
import { sendTrue } from './support/scripted-peer.ts'
import { LINK, World } from './support/world.ts'

/** A seed that speaks BEP 6 and does as told with requests. */
function fastSeed(answer: (block: Block, session: Session) => void, extra?: Script): Script {
  return (event, session) => {
    if (event.type === 'handshake') session.connection.haveAll()
    else if (event.type === 'interested') session.connection.unchoke(0)
    else if (event.type === 'request') answer(event.block, session)
    extra?.(event, session)
  }
}

function first(events: readonly PeerEvent[]): string | undefined {
  return events.find(({ type }) => type !== 'handshake')?.type
}

describe('the first message', () => {
  it.each([
    ['all', 'haveAll'],
    ['none', 'haveNone'],
    [[3], 'bitfield'],
  ] as const)('of who has %j is %s', (have, type) => {
    const world = new World(400)
    const node = world.node({ have })
    const [fast, plain] = [true, false].map(is => world.scripted(() => undefined, { fast: is }))
    for (const peer of [fast, plain]) peer?.dial(node)
    world.clock.run(500)
    expect(first(fast?.events ?? [])).toBe(type)
    expect(first(plain?.events ?? [])).toBe(have === 'none' ? undefined : 'bitfield')
    expect(fast?.events.filter(event => ['haveAll', 'haveNone', 'bitfield'].includes(event.type))).toHaveLength(1)
  })

  it('of who does not know the metadata yet is that it has none, and what a peer says is kept until then', () => {
    const world = new World(401)
    const leech = world.node({ magnet: true })
    const seed = world.scripted(fastSeed(sendTrue), { fast: true })
    leech.know(seed)
    world.clock.run(500)
    expect(first(seed.events)).toBe('haveNone')
    leech.offerMetadata()
    world.untilFinished([leech])
  })

  it('replaces what was said before, like a bitfield', () => {
    const world = new World(402)
    const leech = world.node()
    const fickle = world.scripted(
      fastSeed(
        () => undefined,
        (event, { connection }) => {
          if (event.type === 'interested') connection.haveNone()
        },
      ),
      { fast: true },
    )
    leech.know(fickle)
    world.clock.run(1000)
    expect([...leech.torrent.peers.values()][0]?.has?.count).toBe(0)
    expect(fickle.countOf('notInterested')).toBe(1)
  })
})

describe('a choke', () => {
  it('does not void requests: each is waited for until it is rejected', () => {
    const world = new World(410, { pieces: 4 })
    const leech = world.node()
    const asked: Block[] = []
    const choking = world.scripted(
      fastSeed((block, { connection }) => {
        asked.push(block)
        connection.choke(0)
      }),
      { fast: true },
    )
    leech.know(choking)
    world.clock.run(1000)
    const [peer] = leech.torrent.peers.values()
    expect(asked.length).toBeGreaterThan(1)
    expect(peer?.outstanding).toBe(asked.length)
  })

  it('gives back what is rejected, for others to be asked', () => {
    const world = new World(411, { pieces: 4 })
    const leech = world.node()
    const choking = world.scripted(
      fastSeed((block, { connection }) => {
        connection.choke(0)
        connection.reject(block)
      }),
      { fast: true },
    )
    leech.know(choking)
    world.clock.run(1000)
    expect([...leech.torrent.peers.values()][0]?.outstanding).toBe(0)
    const asked = choking.countOf('request')
    leech.know(world.seed())
    world.untilFinished([leech], 10_000)
    expect([choking.countOf('request'), choking.countOf('cancel')]).toEqual([asked, 0])
  })

  it('that no reject follows costs no more than the time of a request', () => {
    const world = new World(412, { pieces: 4 })
    const leech = world.node()
    leech.know(
      world.scripted(
        fastSeed((_, { connection }) => connection.choke(0)),
        { fast: true },
      ),
    )
    world.clock.run(1000)
    leech.know(world.seed())
    world.untilFinished([leech], 62_000)
  })

  it('of ours comes before the rejects, and blocks and rejects together answer every request once', () => {
    const world = new World(413, { pieces: 64 })
    const seed = world.seed({ uploadSlots: 1, limits: { down: [], up: [new RateLimit(40_000, 0)] } })
    const ask: Script = (event, { connection }) => {
      if (event.type === 'handshake') connection.interested(0)
      if (event.type !== 'unchoke') return
      for (let piece = 0; piece < 64; piece++) {
        for (let n = 0; n < 3; n++) connection.request({ piece, offset: n * 16_384, length: 16_384 }, 0)
      }
    }
    const peers = [0, 1].map(() => world.scripted(ask, { fast: true }))
    for (const peer of peers) peer.dial(seed)
    world.clock.run(200_000)
    for (const peer of peers) {
      const kinds = peer.events.map(({ type }) => type).filter(type => ['choke', 'reject'].includes(type))
      expect(kinds[0]).toBe('choke')
      const answers = peer.events.flatMap(event =>
        event.type === 'block' || event.type === 'reject' ? [`${event.block.piece}/${event.block.offset}`] : [],
      )
      expect(answers.length).toBeGreaterThan(100)
      const unchokes = peer.countOf('unchoke')
      expect(answers.length).toBeLessThanOrEqual(unchokes * 192)
      // All but the round that is under way.
      expect(answers.length).toBeGreaterThanOrEqual((unchokes - 1) * 192)
    }
  })
})

describe('a peer that rejects', () => {
  it('everything, though it does not choke us, is asked ever more rarely, and no longer for what it refused twice', () => {
    const world = new World(420, { pieces: 4 })
    const leech = world.node()
    const refusing = world.scripted(
      fastSeed((block, { connection }) => connection.reject(block)),
      { fast: true },
    )
    leech.know(refusing)
    world.clock.run(10_000)
    expect(refusing.countOf('request')).toBeLessThan(30)
    world.clock.run(500_000)
    expect(refusing.countOf('request')).toBeLessThan(100)
    expect(leech.torrent.peers.size).toBe(1)
    leech.know(world.seed())
    world.untilFinished([leech], 10_000)
  })

  it('one piece is asked for the others', () => {
    const world = new World(421, { pieces: 8 })
    const leech = world.node()
    const refusing = world.scripted(
      fastSeed((block, session) => {
        if (block.piece === 3) session.connection.reject(block)
        else sendTrue(block, session)
      }),
      { fast: true },
    )
    leech.know(refusing)
    world.clock.runUntil('all but one', () => leech.torrent.have?.count === 7, 30_000)
    world.clock.run(60_000)
    expect(refusing.countOf('notInterested')).toBe(1)
    expect([...leech.torrent.peers.values()][0]?.has?.has(3)).toBe(false)
  })

  it('what it was never asked for is ignored, as by libtorrent', () => {
    const world = new World(422)
    const leech = world.node()
    const odd = world.scripted(
      fastSeed((block, session) => {
        session.connection.reject({ ...block, piece: 99 })
        session.connection.reject({ piece: 0xffff_ffff, offset: 5, length: 0 })
        sendTrue(block, session)
        session.connection.reject(block)
      }),
      { fast: true },
    )
    leech.know(odd)
    world.untilFinished([leech], 10_000)
    expect(leech.torrent.stats.wasted).toBe(0)
  })

  it('is waited for by nobody: the piece that it began is room for others', () => {
    const world = new World(423)
    const leech = world.node()
    leech.know(
      world.scripted(
        fastSeed((block, { connection }) => connection.reject(block)),
        { fast: true },
      ),
    )
    leech.know(world.scripted(fastSeed(sendTrue), { fast: true }))
    world.untilFinished([leech], 10_000)
  })
})

describe('allowed fast', () => {
  const allowing =
    (pieces: readonly number[], answer = sendTrue): Script =>
    (event, session) => {
      if (event.type === 'handshake') {
        session.connection.haveAll()
        for (const piece of pieces) session.connection.allowedFast(piece)
      } else if (event.type === 'request') answer(event.block, session)
    }

  it('pieces are asked for while we are choked, and no others', () => {
    const world = new World(430)
    const leech = world.node()
    leech.know(world.scripted(allowing([5, 9, 4_000_000_000]), { fast: true }))
    world.clock.run(5000)
    expect([...(leech.torrent.have?.indices() ?? [])]).toEqual([5, 9])
  })

  it('pieces that are rejected are not asked for again', () => {
    const world = new World(431)
    const leech = world.node()
    const peer = world.scripted(
      allowing([5, 9], (block, { connection }) => connection.reject(block)),
      { fast: true },
    )
    leech.know(peer)
    world.clock.run(30_000)
    expect(peer.countOf('request')).toBe(8)
  })

  it('pieces are served to a newcomer that waits for a slot', () => {
    const world = new World(432, { pieces: 64 })
    const seed = world.seed({ uploadSlots: 1, link: { ...LINK, up: 100_000 } })
    const leeches = world.leeches(2)
    for (const leech of leeches) leech.know(seed)
    world.clock.run(9000)
    const choked = leeches.find(leech => [...leech.torrent.peers.values()][0]?.connection?.peerChoking === true)
    expect(choked?.torrent.have?.count).toBeGreaterThan(0)
    expect(choked?.torrent.have?.count).toBeLessThanOrEqual(5)
  })

  it('takes little from those who are unchoked, however many ask', () => {
    const world = new World(433, { pieces: 64 })
    const seed = world.seed({ uploadSlots: 1, link: { ...LINK, up: 100_000 } })
    const leeches = world.leeches(20)
    for (const leech of leeches) leech.know(seed)
    world.clock.run(9000)
    const choked = leeches.filter(leech => [...leech.torrent.peers.values()][0]?.connection?.peerChoking === true)
    expect(choked).toHaveLength(19)
    const given = choked.reduce((sum, leech) => sum + leech.torrent.stats.download.total, 0)
    expect(given).toBeLessThanOrEqual(5 * 65_536 + seed.torrent.stats.upload.total / 16)
  })
})

describe('a suggestion', () => {
  it('is what is asked for first', () => {
    const world = new World(440, { pieces: 64 })
    const leech = world.node()
    const peer = world.scripted(
      fastSeed(sendTrue, (event, { connection, raw }) => {
        if (event.type !== 'handshake') return
        connection.suggest(17)
        connection.suggest(41)
        raw(message(13, 0xff, 0xff, 0xff, 0xff))
      }),
      { fast: true },
    )
    leech.know(peer)
    world.untilFinished([leech])
    const asked = peer.events.flatMap(event => (event.type === 'request' ? [event.block.piece] : []))
    expect([...new Set(asked)].slice(0, 2)).toEqual([41, 17])
  })

  it('counts for nothing where pieces are wanted in sequence', () => {
    const world = new World(441, { pieces: 16 })
    const leech = world.node({ order: { sequential: true } })
    const peer = world.scripted(
      fastSeed(sendTrue, (event, { connection }) => {
        if (event.type === 'handshake') connection.suggest(9)
      }),
      { fast: true },
    )
    leech.know(peer)
    world.untilFinished([leech])
    const asked = peer.events.flatMap(event => (event.type === 'request' ? [event.block.piece] : []))
    expect([...new Set(asked)]).toEqual(Array.from({ length: 16 }, (_, index) => index))
  })
})

it('a swarm with the extension and without, mixed, finishes', () => {
  const world = new World(450, { pieces: 32 })
  const nodes = [world.seed(), ...world.leeches(3), ...[0, 1].map(() => world.node({ fast: false }))]
  for (const node of nodes) node.know(...nodes.filter(other => other !== node))
  world.untilFinished(nodes)
})
