// What exists of a torrent once its metadata is known and its storage ready, put together.
import type { Bitfield } from '../base/bitfield.ts'
import type { InfoHash } from '../base/ids.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey, PickOrder } from '../picker/picker.ts'
import { Choker } from './choker.ts'
import { Downloads } from './downloads.ts'
import { FastGrants } from './fast-grants.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import { Suggestions } from './suggestions.ts'
import { SuperSeed } from './super-seed.ts'
import { Uploads } from './uploads.ts'

export interface TransferOptions {
  readonly infoHash: InfoHash
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly wanted: Bitfield
  readonly order?: PickOrder | undefined
  readonly uploadSlots: number
  /** To seed as BEP 16 has it, where every piece is there. */
  readonly superSeed: boolean
  readonly random: () => number
  readonly outbox: Outbox
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
}

export interface Transfer {
  readonly downloads: Downloads
  readonly uploads: Uploads
  readonly superSeed: SuperSeed | undefined
}

export function openTransfer(options: TransferOptions): Transfer {
  const { infoHash, layout, have, uploadSlots, random } = options
  const downloads = new Downloads(options)
  const copies = (piece: number): number => downloads.copies(piece)
  const superSeed = options.superSeed && have.complete ? new SuperSeed({ ...options, copies }) : undefined
  const { pieceLength } = layout
  const suggestions = superSeed === undefined ? new Suggestions({ ...options, pieceLength, copies }) : undefined
  const choker = new Choker({ slots: uploadSlots, random })
  const grants = new FastGrants(layout, infoHash)
  return { downloads, uploads: new Uploads({ ...options, choker, grants, superSeed, suggestions }), superSeed }
}
