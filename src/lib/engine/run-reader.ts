// Reads runs of blocks for uploads, framed for the wire. A run that could not be read leaves no memory lent.
import type { Block } from '../metainfo/block.ts'
import { MissingBytes, type ContentRange } from '../storage/missing.ts'
import { frameRun, runLength } from '../wire/block-run.ts'
import type { Content } from './content.ts'
import type { RunBuffers } from './run-buffers.ts'

/** Some of a run could not be read. */
export interface Unreadable {
  /** Those that a failed read was to bring bytes of, or that are wrong now, and all others of files that are gone. */
  readonly pieces: ReadonlySet<number>
  readonly cause: unknown
}

export class RunReader {
  readonly #content: Pick<Content, 'readInto'>
  readonly #pieceLength: number
  readonly #buffers: RunBuffers

  constructor(content: Pick<Content, 'readInto'>, pieceLength: number, buffers: RunBuffers) {
    this.#content = content
    this.#pieceLength = pieceLength
    this.#buffers = buffers
  }

  /** @returns the run as `frameRun` lays it out, to be recycled once it is sent; or why it could not be read. */
  async read(blocks: readonly Block[]): Promise<Uint8Array | Unreadable> {
    const run = this.#buffers.take(runLength(blocks))
    const gaps = frameRun(blocks, run)
    const stretches = this.#stretches(blocks)
    const outcomes = await Promise.allSettled(
      stretches.map(({ offset, first, end }) => this.#content.readInto(offset, gaps.slice(first, end))),
    )
    const failures = outcomes.filter(outcome => outcome.status === 'rejected')
    if (failures.length === 0) return run
    this.#buffers.recycle(run)
    const failed = stretches.filter((_, index) => outcomes[index]?.status === 'rejected')
    const pieces = await this.#unreadable(failed.flatMap(({ first, end }) => blocks.slice(first, end)))
    const besides = failures.flatMap(({ reason }) => (reason instanceof MissingBytes ? reason.lost : []))
    return { pieces: new Set([...pieces, ...this.#touched(besides)]), cause: failures[0]?.reason }
  }

  /** Looks piece by piece, as others in the run may be as they should. @returns at least one piece */
  async #unreadable(blocks: readonly Block[]): Promise<number[]> {
    const pieces = [...new Set(blocks.map(({ piece }) => piece))]
    if (pieces.length === 1) return pieces
    const outcomes = await Promise.allSettled(
      blocks.map(({ piece, offset, length }) =>
        this.#content.readInto(piece * this.#pieceLength + offset, [new Uint8Array(length)]),
      ),
    )
    const lost = blocks.filter((_, index) => outcomes[index]?.status === 'rejected').map(({ piece }) => piece)
    return lost.length === 0 ? pieces : lost
  }

  #touched(ranges: readonly ContentRange[]): number[] {
    return ranges.flatMap(({ offset, length }) => {
      const first = Math.floor(offset / this.#pieceLength)
      const end = length === 0 ? first : Math.ceil((offset + length) / this.#pieceLength)
      return Array.from({ length: end - first }, (_, index) => first + index)
    })
  }

  /** The blocks that follow each other in the content, together; `first` to `end` are their numbers. */
  #stretches(blocks: readonly Block[]): { offset: number; first: number; end: number }[] {
    const stretches: { offset: number; first: number; end: number }[] = []
    let next = -1
    blocks.forEach((block, index) => {
      const offset = block.piece * this.#pieceLength + block.offset
      const last = stretches.at(-1)
      if (last !== undefined && offset === next) last.end = index + 1
      else stretches.push({ offset, first: index, end: index + 1 })
      next = offset + block.length
    })
    return stretches
  }
}
