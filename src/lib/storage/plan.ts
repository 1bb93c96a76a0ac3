// The content of a torrent is one run of bytes (BEP 3 "files"); this maps ranges of it to files and pieces, and back.
import { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { FileEntry, Info } from '../metainfo/metainfo.ts'

/** A run of bytes inside one file. Padding files have spans too: who reads takes zeros there, who writes leaves them out. */
export interface Span {
  /** Index into the torrent's files. */
  readonly file: number
  /** Bytes from the start of the file. */
  readonly offset: number
  /** Bytes, at least 1. */
  readonly length: number
  /** Bytes from the start of the range that was asked for. */
  readonly at: number
}

/** A half-open range. */
export interface Range {
  readonly first: number
  readonly end: number
}

/**
 * The files behind `length` bytes from `offset` of the content, in order. Files without bytes have no span, nor has a gap
 * between two files.
 * @param files sorted by offset, not overlapping
 */
export function spans(files: readonly FileEntry[], offset: number, length: number): Span[] {
  const end = offset + length
  const found: Span[] = []
  for (let index = firstEndingAfter(files, offset); index < files.length; index++) {
    const file = files[index]
    if (file === undefined || file.offset >= end) break
    const from = Math.max(offset, file.offset)
    const to = Math.min(end, file.offset + file.length)
    if (to > from) found.push({ file: index, offset: from - file.offset, length: to - from, at: from - offset })
  }
  return found
}

/** Whether a file's bytes are on the disk: those of padding (BEP 47 attr "p") and of symbolic links ("l") are not. */
export function isStored(file: FileEntry): boolean {
  return !file.padding && !isSymlink(file)
}

/** An entry that becomes a symbolic link (BEP 47 attr "l"); one that claims bytes of its own is taken for a file. */
export function isSymlink(file: FileEntry): boolean {
  return file.symlink !== undefined && file.length === 0
}

/** Whether a range holds padding and nothing else, so that it is there without being on any disk. */
export function isPadding(
  files: readonly FileEntry[],
  range: { readonly offset: number; readonly length: number },
): boolean {
  return spans(files, range.offset, range.length).every(({ file }) => files[file]?.padding === true)
}

/** Where a piece's bytes are in the content. The last piece may be shorter (BEP 3 "piece length"). */
export function pieceExtent(info: Info, piece: number): { readonly offset: number; readonly length: number } {
  if (!Number.isInteger(piece) || piece < 0 || piece >= info.pieceCount) {
    throw new BtError('INTERNAL', `piece ${piece} is outside a torrent of ${info.pieceCount}`)
  }
  const offset = piece * info.pieceLength
  return { offset, length: Math.min(info.pieceLength, info.totalLength - offset) }
}

/** The pieces that hold bytes `from` to `to` (exclusive) of a file; an empty range where there are none. */
export function piecesOfFile(
  info: Info,
  fileIndex: number,
  from = 0,
  to: number = info.files[fileIndex]?.length ?? 0,
): Range {
  const file = info.files[fileIndex]
  if (file === undefined)
    throw new BtError('INTERNAL', `file ${fileIndex} is outside a torrent of ${info.files.length}`)
  const first = Math.floor((file.offset + from) / info.pieceLength)
  return { first, end: to > from ? Math.ceil((file.offset + to) / info.pieceLength) : first }
}

/** Every piece that holds a byte of a selected file; their neighbours' bytes in those pieces come along. */
export function wantedPieces(info: Info, selectedFileIndices: Iterable<number>): Bitfield {
  const wanted = new Bitfield(info.pieceCount)
  for (const index of selectedFileIndices) setRange(wanted, piecesOfFile(info, index))
  return wanted
}

export function setRange(field: Bitfield, range: Range): void {
  for (let piece = range.first; piece < range.end; piece++) field.set(piece)
}

export function clearRange(field: Bitfield, range: Range): void {
  for (let piece = range.first; piece < range.end; piece++) field.clear(piece)
}

/** Binary search: ends never decrease from one file to the next. */
function firstEndingAfter(files: readonly FileEntry[], offset: number): number {
  let low = 0
  let high = files.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const file = files[middle]
    if (file !== undefined && file.offset + file.length > offset) high = middle
    else low = middle + 1
  }
  return low
}
