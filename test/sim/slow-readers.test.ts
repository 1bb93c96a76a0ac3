// A seed among peers that ask for hundreds of blocks and read little: they take nothing from those that read fast.
import { expect, it } from 'vitest'
import type { Block } from '../../src/lib/metainfo/block.ts'
import { MOST_STALLED } from '../../src/lib/swarm/seed-turns.ts'
import type { Script, Session } from './support/scripted-peer.ts'
import { LINK, World } from './support/world.ts'

const PIECES = 64
const BLOCKS = 4
const WAITING = 250
/** 16 KiB a second, and a socket buffer of 128 KiB. */
const SLOW = { ...LINK, down: 16_384, window: 131_072 }

/** Has always as many requests waiting. */
function slowReader(world: World): Script {
  let next = 0
  const keepAlive = (session: Session): void => {
    session.raw(new Uint8Array(4))
    world.clock.after(100_000, () => keepAlive(session))
  }
  const block = (): Block => {
    const [piece, at] = [Math.floor(next / BLOCKS) % (PIECES - 1), next++ % BLOCKS]
    return { piece, offset: at * 16_384, length: 16_384 }
  }
  return (event, session) => {
    const { connection } = session
    if (event.type === 'handshake') {
      connection.interested(0)
      keepAlive(session)
    } else if (event.type === 'unchoke') for (let count = 0; count < WAITING; count++) connection.request(block(), 0)
    else if (event.type === 'block') connection.request(block(), 0)
  }
}

/** A seed with a line of 10 MiB a second that has served a hundred slow readers for a minute and a half. */
function crowdedSeed(seed: number) {
  const world = new World(seed, { pieces: PIECES })
  const server = world.seed({ link: { ...LINK, up: 10 * LINK.up } })
  const readers = Array.from({ length: 100 }, () => world.scripted(slowReader(world), { link: SLOW }))
  for (const reader of readers) reader.dial(server)
  world.clock.run(90_000)
  return { world, server, readers }
}

it('fast peers are served soon, and for longer than a turn, while a hundred others read slowly', () => {
  const { world, server } = crowdedSeed(220)
  const fast = world.leeches(2, { link: { ...LINK, down: 40_000 } })
  for (const leech of fast) leech.know(server)
  const began = world.clock.now
  world.untilFinished(fast)
  // Alone it would be 105 s, and more than a turn.
  expect(world.clock.now - began).toBeLessThan(150_000)
})

it('those that read slowly are all served in their turn, and few of them at once', () => {
  const { world, server, readers } = crowdedSeed(221)
  const unchoked = () => [...server.torrent.peers.values()].filter(peer => peer.connection?.amChoking === false).length
  for (let second = 0; second < 1200; second++) {
    world.clock.run(1000)
    expect(unchoked()).toBeLessThanOrEqual(2 * MOST_STALLED)
  }
  expect(readers.filter(reader => reader.countOf('unchoke') === 0).length).toBe(0)
})
