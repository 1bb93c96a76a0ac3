// The picker's rules over plain sets, by looking at everything every time.
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import type { PieceLayout } from '../../src/lib/metainfo/layout.ts'

export interface ModelPeer {
  readonly key: number
  readonly has: Bitfield
}

interface ModelPiece {
  /** How often it failed, and who sent it then. */
  failures: number
  readonly avoid: Set<number>
  owner: number | undefined
  readonly requesters: Set<number>[]
  readonly from: (number | undefined)[]
}

export class Model {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly wanted: Bitfield
  readonly peers = new Map<number, ModelPeer>()
  readonly pieces: ModelPiece[]
  readonly checking = new Set<number>()

  constructor(layout: PieceLayout, wanted: Bitfield) {
    this.layout = layout
    this.have = new Bitfield(layout.pieceCount)
    this.wanted = wanted
    this.pieces = Array.from({ length: layout.pieceCount }, (_, piece) => this.#fresh(piece))
  }

  needed(piece: number): boolean {
    return this.wanted.has(piece) && !this.have.has(piece)
  }

  piece(index: number): ModelPiece {
    return this.pieces[index] ?? this.#fresh(index)
  }

  availability(piece: number): number {
    return [...this.peers.values()].filter(peer => peer.has.has(piece)).length
  }

  isPartial(piece: number): boolean {
    const { requesters, from } = this.piece(piece)
    const touched = requesters.some(set => set.size > 0) || from.some(peer => peer !== undefined)
    return touched && !this.checking.has(piece) && !this.have.has(piece)
  }

  /** Blocks that no one was asked for, of needed pieces that peers could be asked for. */
  missing(admits: (piece: ModelPiece, index: number) => boolean): Block[] {
    const blocks: Block[] = []
    for (const [index, piece] of this.pieces.entries()) {
      if (!this.needed(index) || this.checking.has(index) || !admits(piece, index)) continue
      for (const [n, requesters] of piece.requesters.entries()) {
        if (requesters.size === 0 && piece.from[n] === undefined) blocks.push(this.layout.block(index, n))
      }
    }
    return blocks
  }

  /** What this peer could be asked for that no one was: of pieces that it sent wrong only if there is nothing else. */
  missingFor(peer: ModelPeer): Block[] {
    const all = this.missing((piece, index) => this.#admits(peer, piece, index))
    const better = all.filter(block => !this.piece(block.piece).avoid.has(peer.key))
    return better.length > 0 ? better : all
  }

  /** What others owe that this peer could be asked for too, were it always worth it. */
  owedFor(peer: ModelPeer): Block[] {
    return this.pieces.flatMap((piece, index) =>
      piece.requesters.flatMap((set, n) => {
        const free = this.#admits(peer, piece, index) && !piece.avoid.has(peer.key)
        return free && set.size > 0 && !set.has(peer.key) ? [this.layout.block(index, n)] : []
      }),
    )
  }

  requesters(block: Block): Set<number> {
    return this.piece(block.piece).requesters[block.offset / BLOCK_LENGTH] ?? new Set()
  }

  outstanding(key: number): Block[] {
    return this.pieces.flatMap((piece, index) =>
      piece.requesters.flatMap((set, n) => (set.has(key) ? [this.layout.block(index, n)] : [])),
    )
  }

  request(key: number, block: Block): void {
    const piece = this.piece(block.piece)
    if (piece.failures > 1) piece.owner = key
    this.requesters(block).add(key)
  }

  release(key: number, block: Block): void {
    this.requesters(block).delete(key)
    const piece = this.piece(block.piece)
    if (piece.owner === key && !piece.requesters.some(set => set.has(key))) piece.owner = undefined
  }

  releaseAll(key: number): void {
    for (const block of this.outstanding(key)) this.release(key, block)
    for (const piece of this.pieces) if (piece.owner === key) piece.owner = undefined
  }

  receive(key: number, block: Block): 'accepted' | 'completed' {
    const piece = this.piece(block.piece)
    this.requesters(block).clear()
    piece.from[block.offset / BLOCK_LENGTH] = key
    if (piece.from.includes(undefined)) return 'accepted'
    this.checking.add(block.piece)
    return 'completed'
  }

  /** By block; of a piece that is checking. */
  senders(piece: number): readonly (number | undefined)[] {
    return this.checking.has(piece) ? this.piece(piece).from : []
  }

  settle(piece: number, outcome: 'verified' | 'failed'): void {
    const { failures, avoid, from } = this.piece(piece)
    this.checking.delete(piece)
    this.pieces[piece] = this.#fresh(piece)
    if (outcome === 'verified') this.have.set(piece)
    else {
      this.piece(piece).failures = failures + 1
      for (const key of [...avoid, ...from]) if (key !== undefined) this.piece(piece).avoid.add(key)
    }
  }

  #admits(peer: ModelPeer, { owner }: ModelPiece, index: number): boolean {
    return peer.has.has(index) && (owner === undefined || owner === peer.key)
  }

  #fresh(piece: number): ModelPiece {
    const length = this.layout.blockCount(piece)
    return {
      failures: 0,
      avoid: new Set(),
      owner: undefined,
      requesters: Array.from({ length }, () => new Set<number>()),
      from: Array.from({ length }, () => undefined),
    }
  }
}
