// A file or folder of this machine as the content of a torrent to be: its files in order and the SHA-1 of every piece.
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import { digestRange } from './digest.ts'
import { FileStore } from './files.ts'
import { Hasher } from './hasher.ts'
import { listPath, type ListOptions, type ListedFile, type Listing } from './list-path.ts'
import type { Output } from './output.ts'
import type { Survey } from './survey.ts'
import type { Scratch } from './scratch.ts'
import { withScratch } from './verify.ts'

export interface HashPathOptions extends ListOptions {
  /** Bytes, or how to choose them once the total is known. */
  readonly pieceLength: number | ((totalLength: number) => number)
  readonly concurrency?: number
  /** @throws its reason from `hashPath` once aborted */
  readonly signal?: AbortSignal
  /** Pieces done, of `total`. */
  readonly onProgress?: (progress: { readonly hashed: number; readonly total: number }) => void
}

export interface HashedPath {
  readonly name: string
  readonly singleFile: boolean
  readonly files: readonly ListedFile[]
  readonly totalLength: number
  readonly pieceLength: number
  /** 20 bytes a piece (BEP 3 "pieces"). */
  readonly pieces: Uint8Array
  /** See `Listing`. */
  readonly leftOut: readonly string[]
}

/**
 * Lists and hashes. Changes nothing on the disk.
 * @throws BtError INPUT_UNREADABLE where there is nothing to hash or a file changed meanwhile; DISK_* where one can not be read
 */
export async function hashPath(path: string, options: HashPathOptions): Promise<HashedPath> {
  const listing = await listPath(path, options)
  const { root, name, singleFile, files, totalLength, leftOut } = listing
  if (totalLength === 0) throw new BtError('INPUT_UNREADABLE', `"${root}" holds no bytes to make a torrent of`)
  const pieceLength = typeof options.pieceLength === 'number' ? options.pieceLength : options.pieceLength(totalLength)
  const entries = entriesOf(files)
  const info = { name, files: entries, totalLength }
  const store = await FileStore.open({ info, output: outputOf(listing), mode: 'read' })
  const hasher = new Hasher()
  try {
    const before = await store.survey()
    const pieces = await hashAll(store, hasher, pieceLength, options)
    checkUnchanged(store, before, await store.survey())
    return { name, singleFile, files, totalLength, pieceLength, pieces, leftOut }
  } finally {
    await hasher.close()
    await store.close()
  }
}

async function hashAll(
  store: FileStore,
  hasher: Hasher,
  pieceLength: number,
  options: HashPathOptions,
): Promise<Uint8Array> {
  const { totalLength } = store.info
  const total = Math.ceil(totalLength / pieceLength)
  const pieces = new Uint8Array(total * HASH_LENGTH)
  let hashed = 0
  const hash = async (piece: number, scratch: Scratch): Promise<void> => {
    const offset = piece * pieceLength
    const range = { offset, length: Math.min(pieceLength, totalLength - offset) }
    const digest = await digestRange(store, hasher, range, scratch)
    if (digest === 'missing') throw changed(store.output.root)
    pieces.set(digest, piece * HASH_LENGTH)
    hashed++
    options.onProgress?.({ hashed, total })
  }
  const { concurrency, signal } = options
  await withScratch(Array(total).keys(), hash, { length: pieceLength, concurrency, signal })
  return pieces
}

/** Against the listing for the size, and against the start for the time: pieces of two versions would match neither. */
function checkUnchanged(store: FileStore, before: Survey, after: Survey): void {
  for (const [index, file] of store.info.files.entries()) {
    const then = before.files[index]?.stamp
    const now = after.files[index]?.stamp
    const same = now !== undefined && then?.mtimeNs === now.mtimeNs && then.size === now.size
    if (!same || now.size !== file.length) throw changed(store.output.paths[index] ?? store.output.root)
  }
}

function changed(path: string): BtError {
  return new BtError('INPUT_UNREADABLE', `"${path}" changed while it was being hashed; try again when it is at rest`)
}

function entriesOf(files: readonly ListedFile[]): FileEntry[] {
  let offset = 0
  return files.map(({ path, length }) => {
    const entry = { path, length, offset, padding: false }
    offset += length
    return entry
  })
}

/** The files where they are. Read-only: the paths that only writing needs are never looked at. */
function outputOf(listing: Listing): Output {
  const { root, singleFile, files } = listing
  const paths = files.map(file => (singleFile ? root : join(root, ...file.path)))
  return { root, paths, resumePath: '', partsPath: '', lockPath: '' }
}
