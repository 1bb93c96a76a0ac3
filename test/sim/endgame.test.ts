// The last blocks: several peers are asked for each, and whoever comes second must not harm what the first has brought.
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/lib/base/bytes.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import { bitfieldOf } from '../picker/support.ts'
import { message, uint32 } from '../wire/support.ts'
import { seedThat, sendTrue, type Script } from './support/scripted-peer.ts'
import { LINK, World } from './support/world.ts'

function blockMessage(block: Block, data: Uint8Array): Uint8Array {
  return message(7, uint32(block.piece), uint32(block.offset), data)
}

describe('endgame', () => {
  it('ends with the right bytes, however chunks fall', () => {
    for (let seed = 100; seed < 130; seed++) {
      const world = new World(seed, { pieces: 3 })
      const leech = world.node()
      const slow = { ...LINK, up: 30_000 }
      leech.know(world.seed({ link: slow }), world.seed({ link: slow }), world.seed(), world.seed({ link: slow }))
      world.untilFinished([leech], 60_000)
      expect(leech.count('pieceRejected')).toBe(0)
    }
  })

  it('does not wait for a peer that stalls in the middle of a block', () => {
    for (let seed = 130; seed < 150; seed++) {
      const world = new World(seed, { pieces: 3 })
      let stalled = false
      const stalling = world.scripted(
        seedThat((block, session) => {
          if (stalled) return
          stalled = true
          session.raw(blockMessage(block, session.bytesOf(block)).subarray(0, 5000))
          // Nothing after this can be anything but the rest of that block.
          session.flush = () => undefined
        }, 3),
      )
      const leech = world.node()
      leech.know(stalling)
      world.clock.run(200)
      leech.know(world.seed({ link: { ...LINK, up: 60_000 } }), world.seed())
      world.untilFinished([leech], 30_000)
      expect(leech.count('pieceRejected')).toBe(0)
    }
  })

  it('takes in the rest of a stalled block when others have brought it, even while that piece is checked', () => {
    for (const when of ['checking', 'verified']) {
      const world = new World(150, { pieces: 2 })
      let rest: { block: Block; send: () => void } | undefined
      const stall = seedThat((block, session) => {
        if (rest !== undefined) return
        const data = session.bytesOf(block)
        data.fill(0xbb, 5000) // the late part is wrong, too
        const bytes = blockMessage(block, data)
        session.raw(bytes.slice(0, 5000))
        rest = { block, send: () => session.raw(bytes.slice(5000)) }
        session.flush = () => undefined
      }, 2)
      // No seed, or the leech would leave it once it has its piece.
      const partial: Script = (event, session) => {
        if (event.type === 'handshake') session.connection.bitfield(bitfieldOf(2, [0]))
        else stall(event, session)
      }
      const stalling = world.scripted(partial, { link: { ...LINK, latency: 1 } })
      const leech = world.node({ checkTime: 100, wanted: [0] })
      leech.know(stalling)
      world.clock.run(300)
      const piece = rest?.block.piece ?? -1
      leech.know(world.seed())
      const state = () => (when === 'checking' ? leech.checking.has(piece) : leech.torrent.have?.has(piece))
      world.clock.runUntil(when, () => state() === true, 10_000)
      rest?.send()
      world.clock.run(90)
      expect(leech.torrent.stats.wasted).toBeGreaterThanOrEqual(16_384)
      // The node throws where a piece changes while it is checked.
      world.untilFinished([leech], 10_000)
      expect([leech.count('pieceRejected'), leech.count('peerBanned')]).toEqual([0, 0])
    }
  })

  it('does not let a block that is sent again into the piece that it completed', () => {
    const world = new World(151, { pieces: 1, pieceLength: 20_000 })
    const twice = world.scripted(
      seedThat((block, session) => {
        const good = session.bytesOf(block)
        const bad = new Uint8Array(block.length).fill(0xbb)
        // In one chunk, so that the second copy begins before anyone has heard of the first.
        session.raw(concat([blockMessage(block, good), blockMessage(block, bad)]))
      }, 1),
      { link: { ...LINK, up: 1e9, down: 1e9 } },
    )
    for (let attempt = 0; attempt < 20; attempt++) {
      const leech = world.node()
      leech.know(twice)
      // The node throws where a piece changes while it is checked.
      world.untilFinished([leech], 30_000)
      expect(leech.count('pieceRejected')).toBe(0)
    }
  })

  it('asks a peer whose last block came from another for what is left', () => {
    const world = new World(152, { pieces: 2 })
    const [quick, slow] = [world.seed(), world.seed({ link: { ...LINK, up: 20_000 } })]
    const silent = world.scripted(seedThat(() => undefined, 2))
    const leech = world.node()
    leech.know(silent, slow, quick)
    world.untilFinished([leech], 15_000)
  })
})

describe('requests that cross', () => {
  it('are cancelled at once with who is too late', () => {
    const world = new World(160, { pieces: 1 })
    const late = world.scripted(seedThat(() => undefined, 1))
    const leech = world.node()
    leech.know(late)
    world.clock.run(500)
    const asked = late.countOf('request')
    expect(asked).toBeGreaterThan(0)
    leech.know(world.scripted(seedThat(sendTrue, 1)))
    world.untilFinished([leech], 5000)
    world.clock.run(100)
    expect(late.countOf('cancel')).toBe(late.countOf('request'))
  })
})
