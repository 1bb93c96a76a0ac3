// What a torrent asks of its driver. The driver carries each out and reports back through the input named beside it.
import type { SharedBytes } from '../base/bytes.ts'
import type { PeerAddress } from '../base/address.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Block } from '../metainfo/block.ts'
import type { PeerKey } from '../picker/picker.ts'

export type TorrentAction =
  /** Connect; answered by `connected` or `disconnected`. */
  | { readonly type: 'dial'; readonly key: PeerKey; readonly address: PeerAddress }
  /** The peer is done with: send what is queued, then close its socket. No answer is expected. */
  | { readonly type: 'drop'; readonly key: PeerKey }
  /** Hash the piece and, where it matches, store it; its memory is lent, and comes back with `pieceStored` or `pieceMismatched`. */
  | { readonly type: 'check'; readonly piece: number; readonly data: SharedBytes }
  /** Read these blocks, to be sent in this order; answered by `served`. */
  | { readonly type: 'serve'; readonly key: PeerKey; readonly blocks: readonly Block[] }
  | { readonly type: 'alert'; readonly alert: TorrentAlert }
  /** The torrent can not go on. No answer is expected. */
  | { readonly type: 'fatal'; readonly error: unknown }

/** What happened, for people and programs that watch. */
export type TorrentAlert =
  | {
      readonly type: 'peerConnected'
      readonly address: PeerAddress
      readonly initiator: 'us' | 'them'
      readonly client: string
    }
  | {
      readonly type: 'peerDisconnected'
      readonly address: PeerAddress
      readonly reason: string
      readonly detail: string
    }
  | { readonly type: 'peerBanned'; readonly address: PeerAddress; readonly reason: string }
  | { readonly type: 'metadata'; readonly info: Info }
  | { readonly type: 'pieceVerified'; readonly piece: number }
  /** A verified piece turned out to be gone from the storage. */
  | { readonly type: 'pieceLost'; readonly piece: number }
  | { readonly type: 'pieceRejected'; readonly piece: number; readonly from: readonly PeerAddress[] }
  /** Every wanted piece is verified and stored. */
  | { readonly type: 'complete' }
  /** Nobody is connected and nobody can be dialled now; more peers are welcome. */
  | { readonly type: 'needPeers' }
  /** Something that is no failure of the torrent, such as a plugin that threw. */
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'uploadStarted'; readonly address: PeerAddress; readonly client: string }
