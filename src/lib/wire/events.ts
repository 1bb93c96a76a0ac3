// What a connection tells its owner: plain data, and events of one type always have the same keys in the same order.
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { Block } from '../metainfo/block.ts'
import type { ExtendedHandshake } from './extended.ts'

/** Stable words for why a connection ended; the detail beside one is for people. */
export type CloseReason =
  | 'wrong-protocol'
  | 'wrong-info-hash'
  | 'self-connection'
  | 'bad-length'
  | 'bad-message'
  /** The peer sent more than we hold for an acceptor that has not decided yet. */
  | 'overflow'
  | 'handshake-timeout'
  | 'idle-timeout'
  /** The other end, or the transport, ended it: for whoever drives the socket. */
  | 'remote'
  /** Our own decision. */
  | 'local'

/** What a peer did wrong, before it becomes a `closed` event. */
export interface WireFault {
  readonly reason: CloseReason
  readonly detail: string
}

export type PeerEvent =
  | {
      readonly type: 'handshake'
      readonly infoHash: InfoHash
      readonly peerId: PeerId
      /** 8 bytes. */
      readonly reserved: Uint8Array
    }
  /** A message without anything (BEP 3). */
  | { readonly type: 'keepAlive' }
  | { readonly type: 'choke' }
  | { readonly type: 'unchoke' }
  | { readonly type: 'interested' }
  | { readonly type: 'notInterested' }
  | { readonly type: 'have'; readonly piece: number }
  /** The owner's to keep. It replaces all that the peer said before of what it has, should it come late or twice. */
  | { readonly type: 'bitfield'; readonly bytes: Uint8Array }
  /** The length is checked, the piece and the offset are not. */
  | { readonly type: 'request'; readonly block: Block }
  | { readonly type: 'cancel'; readonly block: Block }
  /** BEP 6, in place of a bitfield. */
  | { readonly type: 'haveAll' }
  | { readonly type: 'haveNone' }
  /** The next three with nothing of them checked: what makes no sense is for the owner to ignore. */
  | { readonly type: 'suggest'; readonly piece: number }
  | { readonly type: 'allowedFast'; readonly piece: number }
  | { readonly type: 'reject'; readonly block: Block }
  /** All bytes of the block are in its target; `wanted` is false where there was none and they were skipped. */
  | { readonly type: 'block'; readonly block: Block; readonly wanted: boolean }
  | { readonly type: 'extendedHandshake'; readonly handshake: ExtendedHandshake }
  /** `id` is one of ours (1 to 255). The payload is borrowed: it is valid until the received chunk is reused. */
  | { readonly type: 'extended'; readonly id: number; readonly payload: Uint8Array }
  | { readonly type: 'port'; readonly port: number }
  /** `length` counts the bytes after the message id; they were skipped. */
  | { readonly type: 'unknown'; readonly id: number; readonly length: number }
  | { readonly type: 'closed'; readonly reason: CloseReason; readonly detail: string }
