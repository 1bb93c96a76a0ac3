// Which pieces of the content match their hashes. Hashing leaves the main thread, and memory is bounded whatever the
// piece length: each of a fixed number of workers has one buffer and one piece at a time.
import { createHash, webcrypto } from 'node:crypto'
import { Bitfield } from '../base/bitfield.ts'
import { equal } from '../base/bytes.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import { concurrently } from './concurrently.ts'
import type { FileStore } from './files.ts'
import { clearRange, isStored, pieceExtent, piecesOfFile } from './plan.ts'
import { readableBytes, type Survey } from './survey.ts'

/** SHA-1 of less takes less time on the main thread than handing it over does (measured on Node 20, with SHA extensions). */
const OFF_THREAD_LENGTH = 65_536
/** Bytes of pieces in memory: the buffers, and the copy of each that the digest makes. At least two pieces, though. */
const MAX_MEMORY = 67_108_864
/** Enough to keep libuv's four threads busy with reads and hashes alike. */
const DEFAULT_CONCURRENCY = 8

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
  /** Which to check; all by default. */
  readonly pieces?: Bitfield
  readonly concurrency?: number
  /** @throws its reason from `verifyContent` once aborted */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: VerifyProgress) => void
}

/** SHA-1, 20 bytes (BEP 3 "pieces"). The data must not change before the promise settles. */
export async function hashPiece(data: Uint8Array): Promise<Uint8Array> {
  if (data.length < OFF_THREAD_LENGTH) return createHash('sha1').update(data).digest()
  return new Uint8Array(await webcrypto.subtle.digest('SHA-1', data))
}

/**
 * Reads and hashes pieces. In a store that is open for writing, files found whole but too long are cut. Missing and short files are no errors, their pieces are just not there.
 * @returns the pieces that are there and match
 * @throws BtError DISK_* where a file that exists can not be read; the signal's reason
 */
export async function verifyContent(options: VerifyOptions): Promise<Bitfield> {
  const { store, info, signal, onProgress } = options
  const wanted = options.pieces ?? Bitfield.full(info.pieceCount)
  const there = readablePieces(info, await store.survey())
  const have = new Bitfield(info.pieceCount)
  let checked = 0
  const check = async (piece: number, buffer: Uint8Array): Promise<void> => {
    const result = there.has(piece) ? await checkPiece(store, info, piece, buffer) : 'missing'
    if (result === 'good') have.set(piece)
    checked++
    onProgress?.({ piece, result, checked, total: wanted.count })
  }
  await withBuffers(wanted.indices(), check, { length: info.pieceLength, concurrency: options.concurrency, signal })
  if (store.mode === 'write' && have.count > 0) await store.fit(wholeFiles(info, have))
  return have
}

/** Runs the action for each item, several at a time, each with a buffer of its own; the first failure ends it all. */
export async function withBuffers<T>(
  items: Iterable<T>,
  action: (item: T, buffer: Uint8Array) => Promise<void>,
  options: { length: number; concurrency: number | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  const { length, signal } = options
  const byMemory = Math.max(2, Math.floor(MAX_MEMORY / (2 * length)))
  await concurrently(items, Math.min(byMemory, options.concurrency ?? DEFAULT_CONCURRENCY), () => {
    let buffer: Uint8Array | undefined
    return item => {
      signal?.throwIfAborted()
      buffer ??= new Uint8Array(length)
      return action(item, buffer)
    }
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

async function checkPiece(store: FileStore, info: Info, piece: number, buffer: Uint8Array): Promise<PieceResult> {
  const { offset, length } = pieceExtent(info, piece)
  const data = await store.tryRead(offset, length, buffer)
  if (data === 'missing') return 'missing'
  return equal(await hashPiece(data), pieceHash(info, piece)) ? 'good' : 'bad'
}
