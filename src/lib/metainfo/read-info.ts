// From an info dictionary to an Info: the version decides which file list counts, and every bound is checked on the way.
import { createHash } from 'node:crypto'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH, infoHash } from '../base/ids.ts'
import { getInteger, getText } from '../bencode/access.ts'
import type { BencodeDict } from '../bencode/value.ts'
import { contentLength, place, withUniquePaths } from './content.ts'
import { joinHybrid } from './hybrid.ts'
import { readContentV1 } from './info-v1.ts'
import { readContentV2 } from './info-v2.ts'
import type { FileEntry, Info } from './info.ts'
import { MAX_PIECE_LENGTH, MAX_PIECES, MIN_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from './limits.ts'
import { invalid, requireBytes, requireInteger } from './require.ts'
import { safeElement } from './safe-path.ts'

/** The only `meta version` there is besides none at all (BEP 52). */
const META_VERSION = 2

/**
 * @param raw the bytes that `dict` was decoded from; the result keeps views of both.
 * @throws BtError METAINFO_INVALID; UNSUPPORTED_TORRENT for a meta version of the future.
 */
export function readInfo(dict: BencodeDict, raw: Uint8Array): Info {
  const version = readVersion(dict)
  const name = safeElement(getText(dict, 'name.utf-8') ?? requireBytes(dict, 'name', 'info'))
  const pieceLength = readPieceLength(dict, version)
  const { singleFile, files } = readFiles(dict, version, name, pieceLength)
  const totalLength = contentLength(files)
  const pieceCount = Math.ceil(totalLength / pieceLength)
  if (pieceCount > MAX_PIECES) {
    invalid('info.piece length', `of ${pieceLength} would make ${pieceCount} pieces; at most ${MAX_PIECES} are taken`)
  }
  const source = getText(dict, 'source')
  return {
    version,
    name,
    singleFile,
    pieceLength,
    totalLength,
    pieceCount,
    private: (getInteger(dict, 'private') ?? 0) !== 0,
    ...(source === undefined ? {} : { source }),
    files: withUniquePaths(files),
    pieces: version === 'v2' ? new Uint8Array() : readPieces(dict, totalLength, pieceLength, pieceCount),
    ...hashes(version, raw),
    raw,
  }
}

/** Before anything else, so that a torrent of the future is called that and not invalid (BEP 52 "meta version"). */
function readVersion(dict: BencodeDict): Info['version'] {
  if (!dict.has('meta version')) return 'v1'
  const version = requireInteger(dict, 'meta version', 'info', 1, Number.MAX_SAFE_INTEGER)
  if (version !== META_VERSION) {
    throw new BtError(
      'UNSUPPORTED_TORRENT',
      `the torrent has meta version ${version}, and this bt reads version ${META_VERSION} and torrents without one`,
      { details: { metaVersion: version } },
    )
  }
  return dict.has('pieces') ? 'hybrid' : 'v2'
}

function readPieceLength(dict: BencodeDict, version: Info['version']): number {
  if (version === 'v1') return requireInteger(dict, 'piece length', 'info', MIN_PIECE_LENGTH, MAX_PIECE_LENGTH)
  const length = requireInteger(dict, 'piece length', 'info', MIN_PIECE_LENGTH_V2, MAX_PIECE_LENGTH)
  if ((length & (length - 1)) !== 0) invalid('info.piece length', `is ${length}; in v2 it must be a power of two`)
  return length
}

function readFiles(
  dict: BencodeDict,
  version: Info['version'],
  name: string,
  pieceLength: number,
): { readonly singleFile: boolean; readonly files: readonly FileEntry[] } {
  if (version === 'v2') {
    const { singleFile, files } = readContentV2(dict, name)
    return { singleFile, files: place(files, pieceLength) }
  }
  const { singleFile, files } = readContentV1(dict, name)
  const placed = place(files, 1)
  if (version === 'v1') return { singleFile, files: placed }
  return { singleFile, files: joinHybrid(placed, readContentV2(dict, name).files, pieceLength) }
}

function readPieces(dict: BencodeDict, totalLength: number, pieceLength: number, pieceCount: number): Uint8Array {
  const pieces = requireBytes(dict, 'pieces', 'info')
  if (pieces.length !== pieceCount * HASH_LENGTH) {
    const needed = `${totalLength} bytes in pieces of ${pieceLength} need ${pieceCount} hashes of ${HASH_LENGTH} bytes`
    invalid('info.pieces', `has ${pieces.length} bytes; ${needed}`)
  }
  return pieces
}

function hashes(version: Info['version'], raw: Uint8Array): Pick<Info, 'infoHash' | 'infoHashV2'> {
  if (version === 'v1') return { infoHash: infoHash(digest('sha1', raw)) }
  const infoHashV2 = digest('sha256', raw)
  return { infoHash: infoHash(version === 'v2' ? infoHashV2.slice(0, HASH_LENGTH) : digest('sha1', raw)), infoHashV2 }
}

function digest(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(algorithm).update(bytes).digest())
}
