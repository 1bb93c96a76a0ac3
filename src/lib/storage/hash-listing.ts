// The files of this machine that are to be a torrent, hashed: the SHA-1 of every piece.
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import { digestRange } from './digest.ts'
import { FileStore } from './files.ts'
import { Hasher } from './hasher.ts'
import type { ListedFile, Listing } from './list-path.ts'
import type { Output } from './output.ts'
import type { Survey } from './survey.ts'
import type { Scratch } from './scratch.ts'
import { withScratch } from './verify.ts'

export interface HashProgress {
  /** Pieces done, of `total`. */
  readonly hashed: number
  readonly total: number
  /** Bytes of all pieces. */
  readonly totalLength: number
}

export interface HashOptions {
  /** Bytes. */
  readonly pieceLength: number
  /** Threads that hash; as many as there are cores by default. */
  readonly threads?: number
  readonly concurrency?: number
  /** @throws its reason from `hashListing` once aborted */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: HashProgress) => void
}

/**
 * 20 bytes a piece (BEP 3 "pieces"). Changes nothing on the disk.
 * @throws BtError INPUT_UNREADABLE where a file changed since it was listed; DISK_* where one can not be read
 */
export async function hashListing(listing: Listing, options: HashOptions): Promise<Uint8Array> {
  const { name, files, totalLength } = listing
  const info = { name, files: entriesOf(files), totalLength }
  const store = await FileStore.open({ info, output: outputOf(listing), mode: 'read' })
  const hasher = new Hasher(options.threads)
  try {
    const before = await store.survey()
    const pieces = await hashAll(store, hasher, options)
    checkUnchanged(store, before, await store.survey())
    return pieces
  } finally {
    await hasher.close()
    await store.close()
  }
}

async function hashAll(store: FileStore, hasher: Hasher, options: HashOptions): Promise<Uint8Array> {
  const { totalLength } = store.info
  const { pieceLength, concurrency, signal } = options
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
    options.onProgress?.({ hashed, total, totalLength })
  }
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
