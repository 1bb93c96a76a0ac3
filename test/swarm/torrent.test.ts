// A torrent and what it asks of its peers, driven by hand: pieces so large that few fit into memory.
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import type { WholePiece } from '../../src/lib/swarm/downloads.ts'
import { MAX_BUFFERED_BYTES, MAX_UNCHECKED_BYTES } from '../../src/lib/swarm/limits.ts'
import { Torrent } from '../../src/lib/swarm/torrent.ts'
import { bitfieldOf, seeded } from '../picker/support.ts'
import { handshake, HASH, message, OURS, uint32 } from '../wire/support.ts'
import { addressOf, infoOf, queued } from './support.ts'

const REJECT = 16
const CHOKE = 0
const UNCHOKE = 1
const HAVE = 4
const BITFIELD = 5
const PIECE = 7

class Driven {
  readonly torrent: Torrent
  readonly whole: WholePiece[] = []
  readonly #pieces: number

  constructor(pieces: number, pieceLength: number) {
    this.#pieces = pieces
    this.torrent = new Torrent({
      infoHash: HASH,
      peerId: OURS,
      random: seeded(1),
      port: 0,
      extensions: [],
      client: 'test',
    })
    this.torrent.setInfo(infoOf(pieces, pieceLength))
    this.torrent.start(new Bitfield(pieces), Bitfield.full(pieces), 0)
  }

  /** Connects a peer that has these pieces and unchokes us. @param fast whether it speaks BEP 6. @returns its key */
  join(number: number, has: Iterable<number>, fast = false): number {
    this.torrent.addPeers([addressOf(number)], 'test', 0)
    const [dial] = this.torrent.takeActions().filter(action => action.type === 'dial')
    if (dial === undefined) throw new Error('the peer is to be dialled')
    this.torrent.connected(dial.key, 0)
    this.asked(dial.key) // takes out our handshake, which is no message
    this.receive(dial.key, handshake(HASH, new Uint8Array(20).fill(100 + number), false, fast))
    this.receive(dial.key, message(BITFIELD, bitfieldOf(this.#pieces, has).bytes))
    this.receive(dial.key, message(UNCHOKE))
    return dial.key
  }

  receive(key: number, bytes: Uint8Array): void {
    this.torrent.receive(key, bytes, 0)
    for (const action of this.torrent.takeActions()) if (action.type === 'check') this.whole.push(action)
  }

  /** What the peer has been asked for since this was called last. */
  asked(key: number): Block[] {
    const peer = this.torrent.peers.get(key)
    return peer === undefined ? [] : queued(peer, 6)
  }

  store(whole: WholePiece | undefined): void {
    if (whole !== undefined) this.torrent.pieceStored(whole.piece, whole.data, 0)
  }

  /** Answers everything that the peer is asked for, until nothing is, or so many pieces are whole. */
  answer(key: number, pieces = Infinity): void {
    const data = new Uint8Array(16_384)
    let blocks = this.asked(key)
    while (blocks.length > 0 && this.whole.length < pieces) {
      for (const block of blocks) {
        this.receive(key, message(PIECE, uint32(block.piece), uint32(block.offset), data.subarray(0, block.length)))
      }
      blocks = this.asked(key)
    }
  }
}

describe('Torrent', () => {
  it('asks its peers again as soon as a piece is stored, after the disk fell behind', () => {
    const driven = new Driven(3, MAX_UNCHECKED_BYTES / 2)
    const key = driven.join(1, [0, 1, 2])
    driven.answer(key)
    expect(driven.whole).toHaveLength(2)
    driven.store(driven.whole[0])
    expect(driven.asked(key).length).toBeGreaterThan(0)
  })

  it('asks who waited for room as soon as a piece is stored', () => {
    const pieceLength = MAX_UNCHECKED_BYTES - 16_384
    const room = Math.floor(MAX_BUFFERED_BYTES / pieceLength)
    const driven = new Driven(room + 1, pieceLength)
    const keys = Array.from({ length: room + 1 }, (_, piece) => driven.join(piece + 1, [piece]))
    const [busy = -1, waiting = -1] = [keys[0], keys[room]]
    expect(driven.asked(waiting)).toEqual([])
    driven.answer(busy, 1)
    expect([driven.whole.map(({ piece }) => piece), driven.asked(waiting)]).toEqual([[0], []])
    driven.store(driven.whole[0])
    expect(driven.asked(waiting).length).toBeGreaterThan(0)
  })

  it('asks who waited for room when another chokes us and its piece is given up', () => {
    const driven = new Driven(3, MAX_BUFFERED_BYTES)
    const [first = -1, , waiting = -1] = [0, 1, 2].map(piece => driven.join(piece + 1, [piece]))
    expect(driven.asked(waiting)).toEqual([])
    driven.receive(first, message(CHOKE))
    expect(new Set(driven.asked(waiting).map(block => block.piece))).toEqual(new Set([2]))
  })

  it('asks who waited for room when another rejects all that it was asked for (BEP 6)', () => {
    const driven = new Driven(3, MAX_BUFFERED_BYTES)
    const [first = -1, , waiting = -1] = [0, 1, 2].map(piece => driven.join(piece + 1, [piece], true))
    expect(driven.asked(waiting)).toEqual([])
    for (const { piece, offset, length } of driven.asked(first)) {
      expect(driven.asked(waiting)).toEqual([])
      driven.receive(first, message(REJECT, uint32(piece), uint32(offset), uint32(length)))
    }
    expect(new Set(driven.asked(waiting).map(block => block.piece))).toEqual(new Set([2]))
  })

  it('tells of a piece when there is nothing more urgent, and all that waits with what is urgent', () => {
    const driven = new Driven(3, 16_384)
    const { torrent } = driven
    const source = driven.join(1, [0, 1])
    const other = driven.join(2, [])
    driven.answer(source, 1)
    torrent.takeDirty()
    driven.store(driven.whole[0])
    expect([torrent.takeUrgent(), torrent.dirty]).toEqual([[], true])
    driven.receive(other, message(HAVE, uint32(2)))
    expect(torrent.takeUrgent().map(({ key }) => key)).toEqual([other])
    expect(torrent.dirty).toBe(false)
  })

  it('takes nothing from a peer that is not here any more', () => {
    const { torrent } = new Driven(2, 16_384)
    torrent.takeActions()
    const before = torrent.snapshot(0)
    torrent.connected(99, 0)
    torrent.receive(99, message(UNCHOKE), 0)
    torrent.drained(99, 0)
    torrent.served(99, [{ piece: 0, offset: 0, length: 16_384 }], new Uint8Array(16_397), 0)
    torrent.disconnected(99, 'gone', 0)
    expect([torrent.takeActions(), torrent.takeDirty(), torrent.snapshot(0)]).toEqual([[], [], before])
  })
})
