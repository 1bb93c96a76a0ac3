// What a magnet link says, or a bare info-hash: all that is known of a torrent before its metadata.
import { formatAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { Magnet } from '../metainfo/magnet.ts'
import { rangeText } from './columns.ts'
import { line } from './info-lines.ts'

export function magnetLines(magnet: Magnet): readonly string[] {
  return [
    ...magnet.trackers.flatMap(url => line('Tracker URL', url)),
    ...line('Info Hash', hex(magnet.infoHash)),
    ...line('Info Hash v2', magnet.infoHashV2 && hex(magnet.infoHashV2)),
    ...line('Name', magnet.displayName),
    ...line('Length', magnet.exactLength?.toString()),
    ...line('Select Only', magnet.selectOnly?.map(rangeText).join(', ')),
    ...magnet.peers.flatMap(peer => line('Peer', formatAddress(peer))),
    ...magnet.webSeeds.flatMap(url => line('Web Seed', url)),
  ]
}

export function magnetJson(magnet: Magnet): object {
  return {
    infoHash: hex(magnet.infoHash),
    infoHashV2: magnet.infoHashV2 && hex(magnet.infoHashV2),
    name: magnet.displayName,
    length: magnet.exactLength,
    trackers: magnet.trackers,
    peers: magnet.peers.map(formatAddress),
    webSeeds: magnet.webSeeds,
    selectOnly: magnet.selectOnly,
  }
}
