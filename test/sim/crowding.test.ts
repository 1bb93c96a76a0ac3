// All places of a seed are taken by peers that take nothing of what it has: who comes later has to get in all the same.
import { describe, expect, it } from 'vitest'
import type { Script, ScriptedPeer, Session } from './support/scripted-peer.ts'
import { World } from './support/world.ts'

const PLACES = 12

/** Says this once, and then no more than it takes to be kept. */
function idler(world: World, opening: (session: Session) => void, onEvent: Script = () => undefined): Script {
  const keepAlive = (session: Session): void => {
    if (session.ended()) return
    session.raw(new Uint8Array(4))
    world.clock.after(60_000, () => keepAlive(session))
  }
  return (event, session) => {
    if (event.type === 'handshake') {
      opening(session)
      keepAlive(session)
    }
    onEvent(event, session)
  }
}

/** A seed whose places were all taken this long ago. */
function fullSeed(number: number, visitor: (world: World) => Script, milliseconds: number) {
  const world = new World(number)
  const seed = world.seed({ maxConnections: PLACES })
  const visitors = Array.from({ length: PLACES }, () => world.scripted(visitor(world)))
  for (const one of visitors) one.dial(seed)
  world.clock.run(milliseconds)
  expect(seed.torrent.peers.size).toBe(PLACES)
  return { world, seed, visitors }
}

/** One more comes. */
function comes(world: World, seed: { readonly address: ScriptedPeer['address'] }): ScriptedPeer {
  const late = world.scripted(() => undefined)
  late.dial(seed)
  world.clock.run(1000)
  return late
}

describe('where all places of a seed are taken', () => {
  it('who was unchoked and took nothing in a minute makes room', () => {
    const interested = (world: World): Script => idler(world, ({ connection }) => connection.interested(0))
    const { world, seed } = fullSeed(340, interested, 58_000)
    expect(comes(world, seed).countOf('handshake')).toBe(0)
    world.clock.run(2000)
    const leech = world.node()
    leech.know(seed)
    world.untilFinished([leech], 25_000)
  })

  it('who takes what it asks for, or waits for its turn, stays', () => {
    const { world, seed } = fullSeed(341, world => slowTaker(world), 300_000)
    expect(comes(world, seed).countOf('handshake')).toBe(0)
  })

  it('who has not wanted anything in ten minutes makes room', () => {
    const { world, seed } = fullSeed(342, world => idler(world, () => undefined), 598_000)
    expect(comes(world, seed).countOf('handshake')).toBe(0)
    world.clock.run(2000)
    expect(comes(world, seed).countOf('handshake')).toBe(1)
  })
})

/** Asks for a block each time it has one. */
function slowTaker(world: World): Script {
  const ask = ({ connection, flush }: Session): void => {
    if (!connection.peerChoking) connection.request({ piece: 0, offset: 0, length: 16_384 }, 0)
    flush()
  }
  return idler(
    world,
    ({ connection }) => connection.interested(0),
    ({ type }, session) => {
      if (type === 'unchoke') ask(session)
      else if (type === 'block') world.clock.after(3000, () => ask(session))
    },
  )
}
