// Making .torrent files (BEP 3): the same parts always give the same bytes.
import type { PeerAddress } from '../base/address.ts'
import { concat, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeInput } from '../bencode/value.ts'
import { MIN_PIECE_LENGTH_V2 } from './limits.ts'

/** 16 MiB: what goes beyond costs a peer too much for one bad block. */
const MAX_CHOSEN_PIECE_LENGTH = 16_777_216
const AIMED_PIECES = 2000
/** Their hashes are half of the largest .torrent file that clients take. */
const MOST_CHOSEN_PIECES = 250_000

/** The keys beside `info`. */
export interface OuterParts {
  /** Tracker URLs, tier by tier (BEP 12). */
  readonly tiers?: readonly (readonly string[])[]
  /** BEP 19. */
  readonly webSeeds?: readonly string[]
  /** Nodes of the DHT (BEP 5). */
  readonly nodes?: readonly PeerAddress[]
  readonly comment?: string
  readonly createdBy?: string
  /** Unix seconds. Leave it out where the bytes must not depend on the day. */
  readonly creationDate?: number
}

export interface TorrentParts extends OuterParts {
  /** Of the file, or of the folder that holds the files. */
  readonly name: string
  /** In the order in which their bytes follow each other; paths are relative to the folder. */
  readonly files: readonly { readonly path: readonly string[]; readonly length: number }[]
  /** Whether `files` is one file that stands for itself, in no folder. */
  readonly singleFile: boolean
  readonly pieceLength: number
  /** SHA-1 hashes, 20 bytes a piece. */
  readonly pieces: Uint8Array
  /** BEP 27: written into the info dictionary where true. */
  readonly private?: boolean
  readonly source?: string
}

/** The bytes of a v1 .torrent file. @throws as `buildInfo` */
export function buildTorrent(parts: TorrentParts): Uint8Array {
  return wrapInfo(buildInfo(parts), parts)
}

/**
 * A v1 info dictionary.
 * @throws BtError INTERNAL where the parts do not fit together (number of files, number of hashes).
 */
export function buildInfo(parts: TorrentParts): Uint8Array {
  const total = parts.files.reduce((sum, file) => sum + file.length, 0)
  const hashes = Math.ceil(total / parts.pieceLength)
  if (parts.pieces.length !== hashes * HASH_LENGTH) {
    throw new BtError('INTERNAL', `${parts.pieces.length} bytes of hashes do not fit ${hashes} pieces`)
  }
  const [first] = parts.files
  if (first === undefined || (parts.singleFile && parts.files.length > 1)) {
    throw new BtError('INTERNAL', `a ${parts.singleFile ? 'single-file ' : ''}torrent of ${parts.files.length} files`)
  }
  const content: Record<string, BencodeInput> = parts.singleFile
    ? { length: first.length }
    : { files: parts.files.map(({ path, length }) => ({ path, length })) }
  return encode({
    ...content,
    name: parts.name,
    'piece length': parts.pieceLength,
    pieces: parts.pieces,
    private: parts.private === true ? 1 : undefined,
    source: parts.source,
  })
}

/**
 * A .torrent file around an info dictionary, whose bytes stay exactly as they are (even where their keys are unsorted),
 * so that metadata from a peer keeps its info-hash.
 */
export function wrapInfo(rawInfo: Uint8Array, parts: OuterParts = {}): Uint8Array {
  const tiers = (parts.tiers ?? []).filter(tier => tier.length > 0)
  const [announce] = tiers.flat()
  const several = tiers.flat().length > 1
  const before = encode({
    announce,
    'announce-list': several ? tiers : undefined,
    comment: parts.comment,
    'created by': parts.createdBy,
    'creation date': parts.creationDate,
  })
  const after = encode({
    nodes: nonEmpty(parts.nodes?.map(({ host, port }) => [host, port])),
    'url-list': nonEmpty(parts.webSeeds),
  })
  // Two canonical dictionaries on either side of "info" in sorted order, without the `e` of the one and the `d` of the other.
  return concat([before.subarray(0, -1), utf8('4:info'), rawInfo, after.subarray(1)])
}

/**
 * The smallest power of two that makes at most 2,000 pieces, and so more than 1,000 of them; between 16 KiB and 16 MiB,
 * unless that would be so many pieces that the .torrent file becomes too large.
 */
export function choosePieceLength(totalBytes: number): number {
  let length = MIN_PIECE_LENGTH_V2
  while (length < MAX_CHOSEN_PIECE_LENGTH && totalBytes > length * AIMED_PIECES) length *= 2
  while (totalBytes > length * MOST_CHOSEN_PIECES) length *= 2
  return length
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list === undefined || list.length === 0 ? undefined : list
}
