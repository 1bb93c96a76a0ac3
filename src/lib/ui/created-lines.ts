// What `create` says of the torrent it made.
import { hex } from '../base/bytes.ts'
import { line } from './info-lines.ts'
import { magnetOf, type ShownTorrent } from './torrent-document.ts'

export function createdLines(torrent: ShownTorrent): readonly string[] {
  return [...line('Info Hash', hex(torrent.info.infoHash)), ...line('Magnet', magnetOf(torrent))]
}

/** @param file where it was saved; undefined: nowhere. */
export function createdJson(torrent: ShownTorrent, file: string | undefined): object {
  const { infoHash, name, totalLength, pieceLength, pieceCount, files } = torrent.info
  return {
    infoHash: hex(infoHash),
    magnet: magnetOf(torrent),
    file,
    name,
    length: totalLength,
    pieceLength,
    pieceCount,
    files: files.length,
  }
}
