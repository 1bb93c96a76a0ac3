// A .torrent file (BEP 3, BEP 12, BEP 52): lenient about what real files get wrong without harm, strict about the rest.
import type { PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import { getInteger, getText, isDict } from '../bencode/access.ts'
import { decode, decodeDocument } from '../bencode/decode.ts'
import type { Info } from './info.ts'
import { MAX_TORRENT_BYTES } from './limits.ts'
import { readComment, readNodes, readTiers, readWebSeeds } from './outer.ts'
import { readPieceLayers } from './piece-layers.ts'
import { readInfo } from './read-info.ts'
import { invalid, requireDict } from './require.ts'

export { type FileEntry, type Info, pieceHash } from './info.ts'

/** A .torrent file that was checked: the info dictionary and what stands around it. */
export interface Metainfo {
  readonly info: Info
  /** Tracker URLs in the tiers of BEP 12. */
  readonly tiers: readonly (readonly string[])[]
  /** BEP 19 `url-list` and BEP 17 `httpseeds`. */
  readonly webSeeds: readonly string[]
  /** Nodes of the DHT (BEP 5). */
  readonly nodes: readonly PeerAddress[]
  readonly comment?: string
  readonly createdBy?: string
  /** Unix seconds. */
  readonly creationDate?: number
  /** BEP 52, checked: the hashes (32 bytes each) of a file's pieces, by the file's `piecesRoot` in hexadecimal. */
  readonly pieceLayers?: ReadonlyMap<string, Uint8Array>
  /** What was wrong without harm, one sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Reads a .torrent file. The result keeps views of `bytes`, which must not change afterwards.
 * @throws BtError BENCODE_MALFORMED where it is no bencode, METAINFO_INVALID naming the key and what is wrong with it,
 * UNSUPPORTED_TORRENT for a meta version of the future.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  if (bytes.length > MAX_TORRENT_BYTES) {
    throw new BtError(
      'METAINFO_INVALID',
      `invalid torrent: it has ${bytes.length} bytes; at most ${MAX_TORRENT_BYTES} are taken`,
    )
  }
  const irregularities = new Irregularities()
  const { value, ranges } = decodeDocument(bytes, {
    lenient: true,
    onIrregular: (message, offset) => irregularities.add(message, offset),
  })
  if (!isDict(value)) throw new BtError('METAINFO_INVALID', 'invalid torrent: it is not a dictionary')
  const dict = requireDict(value, 'info', '')
  const range = ranges.get('info')
  if (range === undefined) return invalid('info', 'is missing')
  const info = readInfo(dict, plain(bytes).subarray(range.start, range.end))

  const warnings = [...irregularities.warnings]
  const pieceLayers = readPieceLayers(value, info)
  if (info.version === 'hybrid' && pieceLayers === undefined) {
    warnings.push('"piece layers" is missing, so the pieces can be checked by their v1 hashes only')
  }
  const comment = readComment(value)
  const createdBy = getText(value, 'created by')
  const creationDate = getInteger(value, 'creation date')
  return {
    info,
    tiers: readTiers(value, warnings),
    webSeeds: readWebSeeds(value),
    nodes: readNodes(value, warnings),
    ...(comment === undefined ? {} : { comment }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(creationDate === undefined ? {} : { creationDate }),
    ...(pieceLayers === undefined ? {} : { pieceLayers }),
    warnings,
  }
}

/**
 * Reads the metadata that a peer sent (BEP 9): the info dictionary alone. That it has the expected hash is the caller's
 * to check, by `infoHash` of the result or before. The result keeps views of `raw`, which must not change afterwards.
 * @throws as `parseMetainfo`.
 */
export function parseInfo(raw: Uint8Array): Info {
  const value = decode(raw, { lenient: true })
  if (!isDict(value)) return invalid('info', 'is not a dictionary')
  return readInfo(value, plain(raw))
}

/** The first irregular key and the number of them, since a file may hold a million. */
class Irregularities {
  #first: string | undefined
  #count = 0

  add(message: string, offset: number): void {
    this.#first ??= `${message} (byte ${offset})`
    this.#count++
  }

  get warnings(): readonly string[] {
    if (this.#first === undefined) return []
    return [
      this.#count === 1 ? this.#first : `${this.#first}, and ${this.#count - 1} more are out of order or stand twice`,
    ]
  }
}

/** A view that is no Buffer, whose methods differ. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
