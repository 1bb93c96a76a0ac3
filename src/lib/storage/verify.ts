// Which pieces of the content match their hashes. Hashing leaves the main thread, and memory is bounded whatever the
// piece length: each of a fixed number of lines of work is at one piece at a time, and they share a few buffers.
import { Bitfield } from '../base/bitfield.ts'
import { equal } from '../base/bytes.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import { concurrently } from './concurrently.ts'
import { digestRange, digestScratch, piecesAhead } from './digest.ts'
import type { FileStore } from './files.ts'
import type { Hasher } from './hasher.ts'
import { PaddingDigests } from './padding-digests.ts'
import { clearRange, isPadding, isStored, pieceExtent, piecesOfFile } from './plan.ts'
import type { Scratch } from './scratch.ts'
import { readableBytes, type Survey } from './survey.ts'

export type PieceResult = 'good' | 'bad' | 'missing'

export interface VerifyProgress {
  readonly piece: number
  readonly result: PieceResult
  /** Pieces done, of `total`. */
  readonly checked: number
  readonly total: number
}

export interface VerifyOptions {
  readonly store: FileStore
  readonly info: Info
  readonly hasher: Hasher
  /** Which to check; all by default. */
  readonly pieces?: Bitfield
  readonly concurrency?: number
  /** @throws its reason from `verifyContent` once aborted */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: VerifyProgress) => void
}

/**
 * Reads and hashes pieces. In a store that is open for writing, files found whole but too long are cut. Missing and short
 * files are no errors, their pieces are just not there.
 * @returns the pieces that are there and match
 * @throws BtError DISK_* where a file that exists can not be read; the signal's reason
 */
export async function verifyContent(options: VerifyOptions): Promise<Bitfield> {
  const { store, info, hasher, signal, onProgress } = options
  const wanted = options.pieces ?? Bitfield.full(info.pieceCount)
  const there = readablePieces(info, await store.looks.survey())
  const have = new Bitfield(info.pieceCount)
  const padding = new PaddingDigests(hasher)
  let checked = 0
  const check = async (piece: number, scratch: Scratch): Promise<void> => {
    const work = { store, info, hasher, padding, scratch }
    const result = there.has(piece) ? await checkPiece(work, piece) : 'missing'
    if (result === 'good') have.set(piece)
    checked++
    onProgress?.({ piece, result, checked, total: wanted.count })
  }
  await withScratch(wanted.indices(), check, { length: info.pieceLength, concurrency: options.concurrency, signal })
  if (store.mode === 'write' && have.count > 0) await store.whole.fit(wholeFiles(info, have))
  return have
}

/** Runs the action for each item, several at a time, with memory that they share; the first failure ends it all. */
export async function withScratch<T>(
  items: Iterable<T>,
  action: (item: T, scratch: Scratch) => Promise<void>,
  options: { length: number; concurrency: number | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  const { length, signal } = options
  const most = piecesAhead(length)
  const scratch = digestScratch(length)
  await concurrently(items, Math.min(most, options.concurrency ?? most), () => item => {
    signal?.throwIfAborted()
    return action(item, scratch)
  })
}

/** The pieces none of whose bytes is surely missing. */
export function readablePieces(info: Info, survey: Survey): Bitfield {
  const there = Bitfield.full(info.pieceCount)
  for (const [index, file] of info.files.entries()) {
    if (isStored(file)) clearRange(there, piecesOfFile(info, index, readableBytes(survey, info.files, index)))
  }
  return there
}

/** The files all of whose pieces are in `have`; those without bytes are among them. */
function wholeFiles(info: Info, have: Bitfield): number[] {
  return [...info.files.keys()].filter(index => {
    const { first, end } = piecesOfFile(info, index)
    for (let piece = first; piece < end; piece++) if (!have.has(piece)) return false
    return true
  })
}

interface Work {
  readonly store: FileStore
  readonly info: Info
  readonly hasher: Hasher
  readonly padding: PaddingDigests
  readonly scratch: Scratch
}

async function checkPiece({ store, info, hasher, padding, scratch }: Work, piece: number): Promise<PieceResult> {
  const extent = pieceExtent(info, piece)
  if (isPadding(info.files, extent)) {
    return equal(await padding.of(extent.length), pieceHash(info, piece)) ? 'good' : 'bad'
  }
  const digest = await digestRange(store, hasher, extent, scratch)
  if (digest === 'missing') return 'missing'
  if (equal(digest, pieceHash(info, piece))) return 'good'
  return (await store.isHole(extent.offset, extent.length)) ? 'missing' : 'bad'
}
