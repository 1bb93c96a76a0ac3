// The hashes of the pieces of each file in a v2 torrent, which stand outside the info dictionary and so must be checked
// against the roots inside it (BEP 52 "piece layers", "infohash").
import { equal, hex, latin1 } from '../base/bytes.ts'
import { getBytes } from '../bencode/access.ts'
import type { BencodeDict } from '../bencode/value.ts'
import { BLOCK_LENGTH } from './block.ts'
import type { Info } from './info.ts'
import { HASH_V2_LENGTH, merkleRoot } from './merkle.ts'
import { invalid, requireDict } from './require.ts'

const KEY = 'piece layers'

/**
 * The layers that the files of this torrent need, by their root in hexadecimal; files of one piece or less need none.
 * Undefined for a v1 torrent, and for a hybrid without the key: one that was saved from a magnet link has had no peer to
 * give it any, and its v1 hashes cover all of it.
 * @throws BtError METAINFO_INVALID for a layer that is missing or does not hash to its root.
 */
export function readPieceLayers(metainfo: BencodeDict, info: Info): ReadonlyMap<string, Uint8Array> | undefined {
  if (info.version === 'v1' || (info.version === 'hybrid' && !metainfo.has(KEY))) return undefined
  const layers = new Map<string, Uint8Array>()
  const level = Math.log2(info.pieceLength / BLOCK_LENGTH)
  const needed = info.files.filter(file => file.length > info.pieceLength)
  if (needed.length === 0) return layers
  const dict = requireDict(metainfo, KEY, '')
  for (const { piecesRoot, length, path } of needed) {
    if (piecesRoot === undefined) continue
    const layer = getBytes(dict, latin1(piecesRoot))
    const shown = path.join('/')
    if (layer === undefined) return invalid(KEY, `lacks the layer of "${shown}"`)
    const expected = Math.ceil(length / info.pieceLength) * HASH_V2_LENGTH
    if (layer.length !== expected) invalid(KEY, `has ${layer.length} bytes for "${shown}"; it must have ${expected}`)
    const root = hex(piecesRoot)
    if (layers.has(root)) continue
    if (!equal(merkleRoot(layer, level), piecesRoot))
      invalid(KEY, `has a layer for "${shown}" that does not match its root`)
    layers.set(root, layer)
  }
  return layers
}
