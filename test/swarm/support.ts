// Peers of the swarm with open connections, without a network.
import type { PeerAddress } from '../../src/lib/base/address.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import type { Info } from '../../src/lib/metainfo/metainfo.ts'
import type { TorrentAlert } from '../../src/lib/swarm/actions.ts'
import type { Outbox } from '../../src/lib/swarm/outbox.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { bitfieldOf } from '../picker/support.ts'
import { HASH, message, opened, openedFast, sent } from '../wire/support.ts'

export function addressOf(key: number): PeerAddress {
  return { host: `52.0.1.${key}`, port: 7000 + key }
}

/** Of one file, as `Torrent` needs it. */
export function infoOf(pieceCount: number, pieceLength: number): Info {
  const totalLength = pieceCount * pieceLength
  return {
    version: 'v1',
    name: 'torrent',
    singleFile: true,
    pieceLength,
    totalLength,
    pieceCount,
    private: false,
    files: [{ path: ['torrent'], length: totalLength, offset: 0, padding: false }],
    pieces: new Uint8Array(20 * pieceCount),
    infoHash: HASH,
    raw: new Uint8Array(),
  }
}

/** Handshaken; it has these pieces, unchokes us, and we are interested. @param fast whether both speak BEP 6. */
export function peerWith(key: number, pieces: number, has: Iterable<number>, fast = false): SwarmPeer {
  const peer = new SwarmPeer(key, addressOf(key), 'us')
  peer.connection = fast ? openedFast() : opened()
  peer.has = bitfieldOf(pieces, has)
  peer.connection.interested(0)
  peer.connection.receive(message(1), 0)
  sent(peer.connection)
  return peer
}

/** The requests (6), cancels (8) or rejects (16) that wait to be sent; everything else is taken out with them. */
export function queued(peer: SwarmPeer, id: 6 | 8 | 16): Block[] {
  const bytes = peer.connection === undefined ? new Uint8Array() : sent(peer.connection)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks: Block[] = []
  for (let at = 0; at < bytes.length; at += 4 + view.getUint32(at)) {
    if (view.getUint32(at) !== 13 || bytes[at + 4] !== id) continue
    blocks.push({ piece: view.getUint32(at + 5), offset: view.getUint32(at + 9), length: view.getUint32(at + 13) })
  }
  return blocks
}

export function alertsOf(outbox: Outbox): readonly TorrentAlert[] {
  return outbox.takeActions().flatMap(action => (action.type === 'alert' ? [action.alert] : []))
}
