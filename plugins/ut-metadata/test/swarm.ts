// Peers for these tests: ours, which fetches or serves, and scripted ones that misbehave in one way each.
import type { ExtensionInstance, ExtensionPeer } from '../../../src/lib/plugin/api.ts'
import { ExtensionNetwork } from '../../../src/lib/plugin/testing-extensions.ts'
import { FakeTorrent } from '../../../src/lib/plugin/testing-torrent.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { utMetadata } from '../src/extension.ts'
import { decodeMessage, encodeData, encodeReject, type MetadataMessage } from '../src/message.ts'

export const PIECE = 16_384

/** Bytes that differ from piece to piece, so that a misplaced piece fails the hash. */
export function metadataOf(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 14) * 7) & 0xff)
}

export function network(): ExtensionNetwork {
  return new ExtensionNetwork('ut_metadata')
}

export function seedOf(metadata: Uint8Array): ExtensionInstance {
  return utMetadata(toolkit).open(new FakeTorrent(metadata, 'known'))
}

/** A torrent of which we have the info-hash alone. */
export function fetching(metadata: Uint8Array): { torrent: FakeTorrent; instance: ExtensionInstance } {
  const torrent = new FakeTorrent(metadata, 'unknown')
  return { torrent, instance: utMetadata(toolkit).open(torrent) }
}

export function decoded(payloads: readonly Uint8Array[]): MetadataMessage[] {
  return payloads.map(payload => decodeMessage(toolkit, payload))
}

/** The pieces that were asked for, in order. */
export function requested(payloads: readonly Uint8Array[]): number[] {
  return decoded(payloads).flatMap(message => (message.type === 'request' ? [message.piece] : []))
}

export interface Script {
  /** The `metadata_size` that it names. */
  readonly size: number | bigint | string | undefined
  /** What it does about a request. */
  readonly onRequest?: (piece: number, peer: ExtensionPeer) => void
  /** What it says unasked, once it has our handshake. */
  readonly onHandshake?: (peer: ExtensionPeer) => void
}

export function scripted({ size, onRequest, onHandshake }: Script): ExtensionInstance {
  return {
    connect: peer => ({
      handshake: () => (size === undefined ? {} : { metadata_size: size }),
      onHandshake: () => onHandshake?.(peer),
      onMessage: payload => {
        const message = decodeMessage(toolkit, payload)
        if (message.type === 'request') onRequest?.(message.piece, peer)
      },
    }),
  }
}

/** Sends the pieces of other bytes as if they were the metadata. */
export function liar(lie: Uint8Array): ExtensionInstance {
  return scripted({
    size: lie.length,
    onRequest: (piece, peer) => peer.send(encodeData(toolkit, piece, lie.length, pieceOf(lie, piece))),
  })
}

export function rejecting(size: number): ExtensionInstance {
  return scripted({ size, onRequest: (piece, peer) => peer.send(encodeReject(toolkit, piece)) })
}

export function silent(size: number): ExtensionInstance {
  return scripted({ size })
}

export function pieceOf(metadata: Uint8Array, piece: number): Uint8Array {
  return metadata.subarray(piece * PIECE, (piece + 1) * PIECE)
}
