// How far a torrent is, in bytes a person can follow.
import type { Bitfield } from '../base/bitfield.ts'
import { PieceLayout } from '../metainfo/layout.ts'
import type { TorrentSnapshot } from '../swarm/stats.ts'
import type { Torrent } from '../swarm/torrent.ts'
import { ratioOf } from './seed-goals.ts'
import type { Storage } from './storage.ts'

/** How far a session is: it moves forward only, leaving out what does not apply; `failed` can follow any. */
export type Stage = 'metadata' | 'checking' | 'downloading' | 'seeding' | 'stopped' | 'failed'

/** A torrent at one moment. Sizes are bytes, rates bytes a second of content. */
export interface Progress extends TorrentSnapshot {
  readonly stage: Stage
  /** Undefined until the metadata is known. */
  readonly name: string | undefined
  /** Of the wanted pieces; 0 until they are known. */
  readonly bytesTotal: number
  readonly bytesDone: number
  readonly bytesLeft: number
  /** Of all pieces, wanted or not, what trackers call `left`; 1 while the size is not known, since 0 says seed. */
  readonly bytesMissing: number
  /** Seconds at the present rate; undefined where there is none. */
  readonly eta: number | undefined
  /** Bytes uploaded for each byte of the content that is here, see `SeedGoals`; undefined while nothing is. */
  readonly ratio: number | undefined
}

/** What a session knows besides its torrent. */
export interface Measured {
  readonly stage: Stage
  /** Undefined until it is open. */
  readonly storage: Pick<Storage, 'wanted' | 'passing' | 'uploadedBefore'> | undefined
}

export function measure(torrent: Torrent, { stage, storage }: Measured, now: number): Progress {
  const snapshot = torrent.snapshot(now)
  const { info, have } = torrent
  let bytesTotal = 0
  let bytesDone = 0
  let bytesMissing = info?.totalLength ?? 1
  if (info !== undefined && storage !== undefined) {
    const layout = new PieceLayout(info.totalLength, info.pieceLength)
    const { wanted, passing } = storage
    bytesTotal = sizeOf(wanted, layout)
    bytesDone = have === undefined ? 0 : sizeOf(common(wanted, have), layout)
    if (passing !== undefined) bytesDone += sizeOf(passing.gone, layout)
    bytesMissing -= have === undefined ? 0 : sizeOf(have, layout)
  }
  const bytesLeft = bytesTotal - bytesDone
  const eta = bytesLeft > 0 && snapshot.downloadRate > 0 ? bytesLeft / snapshot.downloadRate : undefined
  const ratio = ratioOf({ uploaded: (storage?.uploadedBefore ?? 0) + snapshot.uploaded, size: sizeHere(torrent) })
  return { ...snapshot, stage, name: info?.name, bytesTotal, bytesDone, bytesLeft, bytesMissing, eta, ratio }
}

/** Bytes of the content that are here and verified. */
export function sizeHere({ info, have }: Torrent): number {
  if (info === undefined || have === undefined) return 0
  return sizeOf(have, new PieceLayout(info.totalLength, info.pieceLength))
}

/** Every piece has the same size but the last. */
function sizeOf(pieces: Bitfield, layout: PieceLayout): number {
  const last = layout.pieceCount - 1
  const short = last >= 0 && pieces.has(last) ? layout.pieceLength - layout.pieceSize(last) : 0
  return pieces.count * layout.pieceLength - short
}

function common(a: Bitfield, b: Bitfield): Bitfield {
  if (a.complete) return b
  const both = a.clone()
  for (const index of a.indices()) if (!b.has(index)) both.clear(index)
  return both
}
