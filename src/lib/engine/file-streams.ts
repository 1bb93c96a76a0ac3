// Files that are read while they come. Only verified bytes are handed out, in order and as fast as they are taken; the
// pieces at each reader's position are asked for before all others.
import type { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { PieceRange } from '../picker/picker.ts'
import { piecesOfFile } from '../storage/plan.ts'
import { settleable, type Settle } from './settleable.ts'
import type { Storage } from './storage.ts'

/** Bytes ahead of a reader that come before all else: what 2.5 Gbit/s bring in 100 ms. Two pieces are, whatever their size. */
const READ_AHEAD = 32 * 1024 * 1024
const MIN_PIECES_AHEAD = 2
/** The focus moves with the reader in steps of this share of it, since each move has all peers looked at. */
const STEP = 1 / 16
/** Bytes handed out at once. */
const MAX_CHUNK = 1024 * 1024

/** A part of a file, in bytes; the whole by default. */
export interface StreamRange {
  /** Bytes from the start of the file; 0 by default. */
  readonly start?: number
  /** Exclusive; the file's length by default. */
  readonly end?: number
}

export interface FileStreamsHost {
  /** The pieces that readers wait for, of each reader from the first to the last. */
  focus(ranges: readonly PieceRange[]): void
  /** These pieces are gone for good. */
  release(pieces: readonly number[]): void
}

interface Opened {
  readonly info: Info
  readonly storage: Storage
  /** The verified pieces, kept up to date. */
  readonly have: Bitfield
}

interface Reader {
  readonly end: number
  /** The piece at which its focus begins. */
  piece: number
}

export class FileStreams {
  readonly #host: FileStreamsHost
  readonly #opened: Promise<Opened>
  readonly #settle: Settle<Opened>
  readonly #readers = new Set<Reader>()
  /** By piece, who waits for it. */
  readonly #waiting = new Map<number, Set<Settle<void>>>()
  #ended: BtError | undefined

  constructor(host: FileStreamsHost) {
    this.#host = host
    ;[this.#opened, this.#settle] = settleable<Opened>()
  }

  /** Content can be read. */
  open(opened: Opened): void {
    this.#settle.resolve(opened)
  }

  /** A piece was verified and stored. */
  verified(piece: number): void {
    const waiting = this.#waiting.get(piece) ?? []
    this.#waiting.delete(piece)
    for (const reader of waiting) reader.resolve()
  }

  /** No more will come; readers that wait for more hear why. */
  end(error: BtError): void {
    this.#ended ??= error
    this.#settle.reject(error)
    for (const waiting of this.#waiting.values()) for (const reader of waiting) reader.reject(error)
    this.#waiting.clear()
  }

  /** See `TorrentSession.stream`. */
  async *read(file: number, range: StreamRange): AsyncGenerator<Uint8Array, void, undefined> {
    const opened = await this.#opened
    const { info, storage } = opened
    const { from, to, pieces } = locate(opened, file, range)
    const reader = { piece: pieces.first, end: pieces.end }
    this.#readers.add(reader)
    this.#focus(info)
    try {
      for (let at = from; at < to;) {
        const piece = Math.floor(at / info.pieceLength)
        this.#move(reader, piece, opened)
        await this.#await(piece, opened)
        const chunk = new Uint8Array(Math.min(to, readableTo(piece, opened), at + MAX_CHUNK) - at)
        await storage.readInto(at, [chunk])
        at += chunk.length
        yield chunk
      }
    } finally {
      this.#readers.delete(reader)
      this.#focus(info)
    }
  }

  #move(reader: Reader, piece: number, { info, storage }: Opened): void {
    if (piece - reader.piece < Math.max(1, piecesAhead(info) * STEP)) return
    reader.piece = piece
    const gone = storage.passing?.passed(piece) ?? []
    if (gone.length > 0) this.#host.release(gone)
    this.#focus(info)
  }

  #focus(info: Info): void {
    const ahead = piecesAhead(info) + 1
    this.#host.focus([...this.#readers].map(({ piece, end }) => ({ first: piece, end: Math.min(end, piece + ahead) })))
  }

  async #await(piece: number, { info, storage, have }: Opened): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended
    if (have.has(piece)) return
    if (storage.passing?.gone.has(piece) === true) {
      throw new BtError('USAGE', `what is kept in memory of "${info.name}" can be read once, from its start to its end`)
    }
    const [verified, settle] = settleable<void>()
    const waiting = this.#waiting.get(piece) ?? new Set()
    this.#waiting.set(piece, waiting.add(settle))
    await verified
  }
}

/** Where the bytes are in the content. @throws BtError USAGE where there are none, or they are not downloaded */
function locate(
  { info, storage, have }: Opened,
  index: number,
  { start = 0, end }: StreamRange,
): { from: number; to: number; pieces: PieceRange } {
  const file = info.files[index]
  if (file === undefined) {
    throw new BtError('USAGE', `"${info.name}" has files 0 to ${info.files.length - 1}; there is no ${index}`)
  }
  const to = end ?? file.length
  if (start < 0 || start > to || to > file.length) {
    throw new BtError(
      'USAGE',
      `"${file.path.join('/')}" has ${file.length} bytes; there are none from ${start} to ${to}`,
    )
  }
  const pieces = piecesOfFile(info, index, start, to)
  for (let piece = pieces.first; piece < pieces.end; piece++) {
    if (storage.wanted.has(piece) || have.has(piece)) continue
    throw new BtError('USAGE', `"${file.path.join('/')}" is not among the files that are downloaded`)
  }
  return { from: file.offset + start, to: file.offset + to, pieces }
}

/** The end of the verified pieces from this one on, as far as one chunk may reach. */
function readableTo(piece: number, { info, have }: Opened): number {
  const last = piece + Math.ceil(MAX_CHUNK / info.pieceLength)
  let next = piece + 1
  while (next <= last && have.has(next)) next++
  return next * info.pieceLength
}

function piecesAhead({ pieceLength }: Info): number {
  return Math.max(MIN_PIECES_AHEAD, Math.floor(READ_AHEAD / pieceLength))
}
