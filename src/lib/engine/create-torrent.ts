// A .torrent file from a file or folder on the disk: first what would be in it, then the hashes.
import { createHash } from 'node:crypto'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH, infoHash, type InfoHash } from '../base/ids.ts'
import { buildInfo, choosePieceLength, wrapInfo, type OuterParts } from '../metainfo/create.ts'
import type { SortKey } from '../metainfo/file-order.ts'
import { MAX_PIECES, MAX_TORRENT_BYTES } from '../metainfo/limits.ts'
import { safeElement } from '../metainfo/safe-path.ts'
import { uniquePaths } from '../metainfo/unique-paths.ts'
import { hashListing, type HashProgress } from '../storage/hash-listing.ts'
import { listPath, type Listing } from '../storage/list-path.ts'
import { matchesAny, matchesAnyOnTheWay } from './glob.ts'

/** Which files, and in which pieces. */
export interface PlanOptions {
  /** In place of that of the file or folder. */
  readonly name?: string
  /** Bytes; chosen by the size of the content by default. */
  readonly pieceLength?: number
  /** Take names that start with a dot, which are left out by default. */
  readonly hidden?: boolean
  /** Take what file managers leave behind, such as Thumbs.db, which is left out by default. */
  readonly junk?: boolean
  /** Take what symbolic links lead to; they are left out by default. */
  readonly followLinks?: boolean
  /** Patterns (see glob.ts) of files and folders to leave out. */
  readonly exclude?: readonly string[]
  /** Patterns of the only files, or folders of files, to take. */
  readonly include?: readonly string[]
  /** Each key breaks the ties of the one before; by path by default. */
  readonly order?: readonly SortKey[]
  /** A file that is no part of the content though it may lie in it: the torrent itself. Absolute. */
  readonly except?: string
}

/** What is written into a .torrent file besides the hashes of its content. */
export interface CreateOptions extends OuterParts, PlanOptions {
  /** BEP 27. */
  readonly private?: boolean
  readonly source?: string
  /** Threads that hash; as many as there are cores by default. */
  readonly threads?: number
  readonly signal?: AbortSignal
  /** Pieces hashed, of all. */
  readonly onProgress?: (progress: HashProgress) => void
}

/** What a torrent of a path would hold. */
export interface TorrentPlan extends Listing {
  readonly pieceLength: number
  readonly pieceCount: number
  /** Names that some systems do not take, and those that they become with whoever downloads. */
  readonly renamed: readonly { readonly from: string; readonly to: string }[]
}

/** A new .torrent file and what went into it. */
export interface CreatedTorrent {
  /** The .torrent file. */
  readonly bytes: Uint8Array
  readonly infoHash: InfoHash
  readonly content: TorrentPlan
}

/**
 * What a torrent of the path would hold. Nothing is read but folders.
 * @throws BtError USAGE for a piece length that makes too many pieces, or a name that is none; INPUT_UNREADABLE where there
 * is nothing to make a torrent of; DISK_*
 */
export async function planTorrent(path: string, options: PlanOptions = {}): Promise<TorrentPlan> {
  const { exclude = [], include = [], name, ...rest } = options
  const listing = await listPath(path, {
    ...rest,
    ...(exclude.length > 0 && { exclude: matchesAny(exclude) }),
    ...(include.length > 0 && { include: matchesAnyOnTheWay(include) }),
  })
  if (listing.totalLength === 0) throw nothing(listing)
  const pieceLength = options.pieceLength ?? choosePieceLength(listing.totalLength)
  const pieceCount = Math.ceil(listing.totalLength / pieceLength)
  if (pieceCount > MAX_PIECES || pieceCount * HASH_LENGTH > MAX_TORRENT_BYTES) {
    throw new BtError(
      'USAGE',
      `pieces of ${pieceLength} bytes would be ${pieceCount}, more than others take; give a larger piece length`,
    )
  }
  const named = name === undefined ? listing : withName(listing, name)
  return { ...named, pieceLength, pieceCount, renamed: renamedIn(named) }
}

/**
 * Makes a .torrent file of a file or folder, hashing on all cores.
 * @throws BtError as `planTorrent`, INPUT_UNREADABLE too where a file changes meanwhile; the signal's reason
 */
export async function createTorrent(path: string, options: CreateOptions = {}): Promise<CreatedTorrent> {
  const { signal, threads, onProgress } = options
  const content = await planTorrent(path, options)
  const pieces = await hashListing(content, {
    pieceLength: content.pieceLength,
    ...(threads !== undefined && { threads }),
    ...(signal !== undefined && { signal }),
    ...(onProgress !== undefined && { onProgress }),
  })
  const info = buildInfo({ ...options, ...content, pieces })
  const hash = infoHash(new Uint8Array(createHash('sha1').update(info).digest()))
  return { bytes: wrapInfo(info, options), infoHash: hash, content }
}

/** As whoever reads the torrent names them (see `readInfo`). */
function renamedIn({ name, singleFile, files }: Listing): TorrentPlan['renamed'] {
  const own = files.map(({ path }) => path)
  const theirs = uniquePaths(own.map(path => path.map(safeElement)))
  const pairs = own.map((path, index) => ({ from: path.join('/'), to: (theirs[index] ?? path).join('/') }))
  const all = singleFile ? pairs : [{ from: name, to: safeElement(name) }, ...pairs]
  return all.filter(({ from, to }) => from !== to)
}

function withName(listing: Listing, name: string): Listing {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw new BtError('USAGE', `"${name}" is no name for a file or folder`)
  }
  return listing.singleFile
    ? { ...listing, name, files: listing.files.map(file => ({ ...file, path: [name] })) }
    : { ...listing, name }
}

function nothing({ root, leftOut, files }: Listing): BtError {
  const hint = files.length > 0 ? 'only empty files' : leftOut.length > 0 ? 'nothing but what is left out' : 'no files'
  return new BtError('INPUT_UNREADABLE', `"${root}" holds ${hint}; there is nothing to make a torrent of`)
}
