// What `info` and `magnet_info` show of a torrent: all of a .torrent file, or metadata from peers and what the magnet link
// said besides.
import { hex } from '../base/bytes.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import type { Info, Metainfo } from '../metainfo/metainfo.ts'

export type ShownTorrent = Pick<Metainfo, 'info'> & Partial<Metainfo>

/**
 * Bytes, as they are shown: those that the pieces cover, but in a v2-only torrent, where each file starts a piece of its
 * own (BEP 52), without the gaps between the files, which nobody stores or sends.
 */
export function shownLength({ version, totalLength, files }: Info): number {
  return version === 'v2' ? files.reduce((sum, { length, padding }) => sum + (padding ? 0 : length), 0) : totalLength
}

/** Undefined for a v2-only torrent: clients do not find it by a v1 info-hash, which is what a link of ours carries. */
export function magnetOf({ info, tiers, webSeeds }: ShownTorrent): string | undefined {
  if (info.version === 'v2') return undefined
  return formatMagnet({
    infoHash: info.infoHash,
    displayName: info.name,
    trackers: (tiers ?? []).flat(),
    ...(info.infoHashV2 !== undefined && { infoHashV2: info.infoHashV2 }),
    ...(webSeeds !== undefined && { webSeeds }),
  })
}

/**
 * Hexadecimal, in the order of the pieces: SHA-1, 40 digits; in a v2-only torrent SHA-256 roots, 64 digits, where a file
 * that fits into one piece has its own root for its only hash (BEP 52 "piece layers").
 */
export function pieceHashes({ info, pieceLayers }: ShownTorrent): readonly string[] {
  if (info.version !== 'v2') return slices(info.pieces, HASH_LENGTH)
  return info.files.flatMap(({ piecesRoot }) => {
    if (piecesRoot === undefined) return []
    const layer = pieceLayers?.get(hex(piecesRoot))
    return slices(layer ?? piecesRoot, piecesRoot.length)
  })
}

/** ISO 8601; undefined where it is no time at all. */
export function creationTime(seconds: number | undefined): string | undefined {
  const date = new Date((seconds ?? Number.NaN) * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

export function torrentJson(torrent: ShownTorrent): object {
  const { info, tiers, webSeeds, nodes, comment, createdBy, creationDate } = torrent
  return {
    name: info.name,
    version: info.version,
    infoHash: hex(info.infoHash),
    infoHashV2: info.infoHashV2 && hex(info.infoHashV2),
    length: shownLength(info),
    pieceLength: info.pieceLength,
    pieceCount: info.pieceCount,
    private: info.private,
    singleFile: info.singleFile,
    trackers: tiers ?? [],
    webSeeds: webSeeds ?? [],
    nodes: nodes ?? [],
    source: info.source,
    comment,
    createdBy,
    creationDate,
    magnet: magnetOf(torrent),
    files: filesJson(info),
    pieces: pieceHashes(torrent),
  }
}

function filesJson({ files }: Info): readonly object[] {
  return files.map(({ path, length, offset, padding, symlink, executable, piecesRoot }) => ({
    path: path.join('/'),
    length,
    offset,
    padding: padding || undefined,
    symlink: symlink?.join('/'),
    executable,
    piecesRoot: piecesRoot && hex(piecesRoot),
  }))
}

function slices(bytes: Uint8Array, length: number): readonly string[] {
  const text = hex(bytes)
  return Array.from({ length: bytes.length / length }, (_, i) => text.slice(i * 2 * length, (i + 1) * 2 * length))
}
