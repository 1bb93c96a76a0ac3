import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { Downloads } from '../../src/lib/swarm/downloads.ts'
import { MAX_BUFFERED_BYTES, MAX_UNCHECKED_BYTES, REQUEST_TIMEOUT } from '../../src/lib/swarm/limits.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { layoutOf, seeded } from '../picker/support.ts'
import { peerWith, queued } from './support.ts'

function setUp(layout: PieceLayout, ...peers: readonly SwarmPeer[]) {
  const outbox = new Outbox()
  const map = new Map(peers.map(peer => [peer.key, peer]))
  const { pieceCount } = layout
  const have = new Bitfield(pieceCount)
  const wanted = Bitfield.full(pieceCount)
  const downloads = new Downloads({ layout, have, wanted, random: seeded(1), outbox, peers: map })
  for (const peer of peers) downloads.join(peer)
  const deliver = (peer: SwarmPeer, block: Block, now = 0) => {
    const target = downloads.target(peer, block)
    return downloads.receive(peer, block, target !== undefined, now)
  }
  return { downloads, outbox, deliver, map }
}

describe('Downloads', () => {
  it('keeps count of what is asked of a peer, and asks again when half is there', () => {
    const peer = peerWith(1, 8, [...Array(8).keys()])
    const { downloads, deliver } = setUp(layoutOf(8, 4), peer)
    expect(downloads.refill(peer, 0)).toBe('asked')
    const asked = queued(peer, 6)
    expect(asked).toHaveLength(4)
    expect(peer.outstanding).toBe(4)
    expect(downloads.refill(peer, 0)).toBe('nothing')
    for (const block of asked) expect(deliver(peer, block)).not.toBe('unwanted')
    expect(peer.outstanding).toBe(0)
    expect(downloads.refill(peer, 0)).toBe('asked')
    expect(peer.outstanding).toBe(peer.pipeline.size)
    expect(peer.pipeline.size).toBeGreaterThan(4)
  })

  it('takes a piece that was left to one peer alone away from it for good, where another is to bring it', () => {
    const [bad, silent, other] = [peerWith(1, 1, [0]), peerWith(2, 1, [0]), peerWith(3, 1, [0])] as const
    const { downloads, deliver, map } = setUp(layoutOf(1, 4), bad, silent, other)
    downloads.refill(bad, 0)
    const sent = queued(bad, 6)
    const whole = sent.map(block => deliver(bad, block)).at(-1)
    if (typeof whole !== 'object') throw new Error('it was not the whole piece')
    downloads.leave(bad)
    map.delete(bad.key)
    downloads.mismatched(whole, 'lost')
    downloads.refill(silent, 0)
    expect(queued(silent, 6)).toEqual(sent)
    expect(downloads.refill(other, 4999)).toBe('nothing')
    expect(downloads.refill(other, 20_000)).toBe('asked')
    expect(queued(other, 6)).toEqual(sent)
    expect(queued(silent, 8)).toEqual(sent)
    expect([silent.outstanding, silent.letDown, other.outstanding]).toEqual([0, 1, sent.length])
  })

  it('takes no block that it did not ask for', () => {
    const peer = peerWith(1, 2, [0, 1])
    const { downloads } = setUp(layoutOf(2, 4), peer)
    const block: Block = { piece: 0, offset: 0, length: BLOCK_LENGTH }
    expect(downloads.target(peer, block)).toBeUndefined()
    expect(downloads.receive(peer, block, false, 0)).toBe('unwanted')
    expect(peer.outstanding).toBe(0)
  })

  it('hands over a piece with its last block, and nothing is asked for while too much is unchecked', () => {
    const pieceLength = MAX_UNCHECKED_BYTES / 2
    const peer = peerWith(1, 3, [0, 1, 2])
    const { downloads, deliver } = setUp(new PieceLayout(3 * pieceLength, pieceLength), peer)
    const whole = []
    while (!downloads.backedUp) {
      expect(downloads.refill(peer, 0)).toBe('asked')
      for (const block of queued(peer, 6)) {
        const outcome = deliver(peer, block)
        if (typeof outcome === 'object') whole.push(outcome)
      }
    }
    expect(whole).toHaveLength(2)
    downloads.giveBack(peer)
    expect(downloads.refill(peer, 0)).toBe('nothing')
    for (const piece of whole) downloads.stored(piece)
    expect(downloads.refill(peer, 0)).toBe('asked')
  })

  it('keeps the memory of a piece for the next, and none once there is no next', () => {
    const peer = peerWith(1, 2, [0, 1])
    const { downloads, deliver } = setUp(new PieceLayout(2 * BLOCK_LENGTH, BLOCK_LENGTH), peer)
    /** The piece comes and is stored. @returns its memory */
    const fetch = (piece: number): ArrayBufferLike => {
      const whole = deliver(peer, { piece, offset: 0, length: BLOCK_LENGTH })
      if (typeof whole !== 'object') throw new Error(`piece ${piece} is ${whole}`)
      downloads.stored(whole)
      return whole.data.buffer
    }
    downloads.refill(peer, 0)
    const memory = fetch(0)
    expect(fetch(1)).toBe(memory)
    expect(downloads.done).toBe(true)
    downloads.pieceLost(0)
    downloads.refill(peer, 0)
    expect(fetch(0)).not.toBe(memory)
  })

  describe('with room for two pieces only', () => {
    const pieceLength = MAX_BUFFERED_BYTES
    const blocksPerPiece = pieceLength / BLOCK_LENGTH
    /** Each peer has one piece of its own, the last one all. */
    const crowd = () => {
      const peers = [0, 1, 2].map(piece => peerWith(piece + 1, 4, [piece]))
      const seed = peerWith(9, 4, [0, 1, 2, 3])
      const [first, second, third] = peers
      if (first === undefined || second === undefined || third === undefined) throw new Error('three peers')
      return { first, second, third, seed, ...setUp(new PieceLayout(4 * pieceLength, pieceLength), ...peers, seed) }
    }

    it('begins no third, and goes on with the two', () => {
      const { downloads, first, second, third, seed } = crowd()
      expect([downloads.refill(first, 0), downloads.refill(second, 0)]).toEqual(['asked', 'asked'])
      expect(downloads.crowded).toBe(true)
      expect(downloads.refill(third, 0)).toBe('nothing')
      expect(downloads.refill(seed, 0)).toBe('asked')
      expect(new Set(queued(seed, 6).map(block => block.piece))).toEqual(new Set([0]))
    })

    it('begins another once one is stored, not while it is unchecked', () => {
      const { downloads, deliver, first, second, third } = crowd()
      downloads.refill(second, 0)
      let whole
      for (let received = 0; received < blocksPerPiece;) {
        downloads.refill(first, 0)
        for (const block of queued(first, 6)) {
          const outcome = deliver(first, block)
          received++
          if (typeof outcome === 'object') whole = outcome
        }
      }
      if (whole === undefined) throw new Error('the piece is whole')
      expect([downloads.crowded, downloads.refill(third, 0)]).toEqual([true, 'nothing'])
      downloads.stored(whole)
      expect([downloads.crowded, downloads.refill(third, 0)]).toEqual([false, 'asked'])
    })

    it('gives up a piece that nobody is asked for, rather than have a peer wait for ever', () => {
      const { downloads, deliver, first, second, third } = crowd()
      downloads.refill(first, 0)
      downloads.refill(second, 0)
      for (const peer of [first, second]) {
        const [block = { piece: -1, offset: 0, length: 0 }] = queued(peer, 6)
        expect(deliver(peer, block)).toBe('accepted')
      }
      expect(downloads.refill(third, 0)).toBe('nothing')
      downloads.leave(first)
      expect(downloads.refill(third, 0)).toBe('asked')
      expect(new Set(queued(third, 6).map(block => block.piece))).toEqual(new Set([2]))
      expect(downloads.crowded).toBe(true)
    })
  })

  describe('blocks that a slower peer owes', () => {
    const layout = new PieceLayout(BLOCK_LENGTH * 4, BLOCK_LENGTH * 4)
    /** All is asked of the first; the second has shown that its blocks take a millisecond. */
    const race = (silence: number) => {
      const [first, second] = [peerWith(1, 1, [0]), peerWith(2, 1, [0])]
      const given = setUp(layout, first, second)
      given.downloads.refill(first, 0)
      second.pipeline.onRequests(1, 0)
      second.pipeline.onBlock(1, 1000)
      given.downloads.refill(second, silence)
      return { first, second, ...given, again: queued(second, 6) }
    }

    it('are left to it while it may well be as fast', () => {
      expect(race(2).again).toEqual([])
    })

    it('are asked of one that has nothing else, the last first, once the other has been silent for clearly longer', () => {
      const { first, again } = race(1000)
      expect(again).toEqual(queued(first, 6).reverse())
    })

    it('are cancelled when they come, and who was late gets something else', () => {
      const { first, second, downloads, outbox, deliver, again } = race(1000)
      queued(first, 6)
      outbox.takeDirty()
      const [block = { piece: 0, offset: 0, length: 0 }] = again
      expect(deliver(second, block, 1001)).toBe('accepted')
      expect(queued(first, 8)).toEqual([block])
      expect(first.outstanding).toBe(3)
      expect(outbox.takeDirty()).toContain(first)
      // The cancelled peer sends it all the same.
      expect(deliver(first, block, 1002)).toBe('unwanted')
      expect(downloads.refill(first, 1002)).toBe('nothing')
    })

    it('are left to it while there are pieces to begin, unless they would take very long', () => {
      const has = (pieces: number[]) => peerWith(pieces.length, 2, pieces)
      const [first, second] = [has([0, 1]), has([0])]
      const { downloads } = setUp(new PieceLayout(BLOCK_LENGTH * 8, BLOCK_LENGTH * 4), first, second)
      downloads.refill(second, 0)
      const asked = queued(second, 6)
      expect(new Set(asked.map(block => block.piece))).toEqual(new Set([0]))
      // The first lacks nothing, but may begin no more than its pipe holds.
      first.pipeline.setLimit(1)
      const third = peerWith(3, 2, [0])
      third.pipeline.onRequests(1, 0)
      third.pipeline.onBlock(1, 1000)
      downloads.join(third)
      downloads.refill(third, 14_000)
      expect(queued(third, 6)).toEqual([])
      downloads.refill(third, 16_000)
      expect(queued(third, 6)).toEqual(asked.reverse())
    })

    it('are looked for again after a while only', () => {
      const { second, downloads } = race(2)
      expect(downloads.refill(second, 50)).toBe('nothing')
      expect(downloads.refill(second, 1000)).toBe('asked')
    })
  })

  it('takes back all that a peer was asked for when it chokes, at no cost to its count', () => {
    const [first, second] = [peerWith(1, 1, [0]), peerWith(2, 1, [0])]
    const { downloads, deliver } = setUp(new PieceLayout(BLOCK_LENGTH * 4, BLOCK_LENGTH * 4), first, second)
    downloads.refill(first, 0)
    const asked = queued(first, 6)
    downloads.giveBack(first)
    expect(first.outstanding).toBe(0)
    downloads.refill(second, 0)
    expect(new Set(queued(second, 6).map(({ offset }) => offset))).toEqual(new Set(asked.map(({ offset }) => offset)))
    for (const block of asked) expect(deliver(first, block)).toBe('unwanted')
    expect(first.outstanding).toBe(0)
    expect(second.outstanding).toBe(4)
  })

  it('finds that a peer snubs us a minute after the last block, and three times is enough', () => {
    const peer = peerWith(1, 8, [...Array(8).keys()])
    const { downloads, deliver } = setUp(layoutOf(8, 4), peer)
    expect(downloads.checkTimeout(peer, 1e9)).toBe('fine') // nothing was asked for
    downloads.refill(peer, 1000)
    const [block = { piece: 0, offset: 0, length: 0 }] = queued(peer, 6)
    deliver(peer, block, 5000)
    expect(downloads.checkTimeout(peer, 5000 + REQUEST_TIMEOUT - 1)).toBe('fine')
    let now = 5000 + REQUEST_TIMEOUT
    expect(downloads.checkTimeout(peer, now)).toBe('snubbed')
    expect(queued(peer, 8)).toHaveLength(3)
    for (const verdict of ['snubbed', 'replace']) {
      downloads.refill(peer, now)
      expect(peer.outstanding).toBe(1)
      now += REQUEST_TIMEOUT
      expect(downloads.checkTimeout(peer, now)).toBe(verdict)
    }
  })

  it('forgives with the first block', () => {
    const peer = peerWith(1, 8, [...Array(8).keys()])
    const { downloads, deliver } = setUp(layoutOf(8, 4), peer)
    downloads.refill(peer, 0)
    downloads.checkTimeout(peer, REQUEST_TIMEOUT)
    queued(peer, 6)
    downloads.refill(peer, REQUEST_TIMEOUT)
    const [block = { piece: 0, offset: 0, length: 0 }] = queued(peer, 6)
    expect(deliver(peer, block, REQUEST_TIMEOUT + 1)).toBe('accepted')
    expect([peer.snubbed, peer.timeouts]).toEqual([false, 0])
  })

  it('loses interest as soon as a peer has nothing for us, and not while something is on its way', () => {
    const peer = peerWith(1, 2, [0])
    const { downloads, outbox, deliver } = setUp(new PieceLayout(BLOCK_LENGTH * 2, BLOCK_LENGTH), peer)
    downloads.refill(peer, 0)
    const [block = { piece: 0, offset: 0, length: 0 }] = queued(peer, 6)
    downloads.loseInterest(peer, 0)
    expect(peer.connection?.amInterested).toBe(true)
    const whole = deliver(peer, block)
    if (typeof whole !== 'object') throw new Error('the piece has one block')
    downloads.stored(whole)
    outbox.takeDirty()
    downloads.loseInterest(peer, 0)
    expect(peer.connection?.amInterested).toBe(false)
    expect(outbox.takeDirty()).toEqual([peer])
  })

  it('names who sent each block of a piece, and asks for all of it again once it is bad', () => {
    const [first, second] = [peerWith(1, 1, [0]), peerWith(2, 1, [0])]
    const { downloads, deliver, map } = setUp(new PieceLayout(BLOCK_LENGTH * 2, BLOCK_LENGTH * 2), first, second)
    downloads.refill(first, 0)
    const [a, b] = queued(first, 6)
    if (a === undefined || b === undefined) throw new Error('two blocks are to be asked for')
    deliver(first, a)
    map.delete(first.key)
    downloads.leave(first)
    downloads.refill(second, 0)
    const whole = deliver(second, b)
    if (typeof whole !== 'object') throw new Error('the piece is whole')
    expect(downloads.sendersOf(0)).toEqual([1, 2])
    downloads.mismatched(whole, 'kept')
    expect(downloads.bufferedBytes).toBe(0)
    queued(second, 6)
    downloads.refill(second, 0)
    expect(queued(second, 6)).toHaveLength(2)
  })
})
