// The content of a torrent that runs: what is verified, what is wanted, and how it is read, written and put away.
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { PickOrder } from '../picker/picker.ts'
import type { Hasher } from '../storage/hasher.ts'
import type { Disk } from '../storage/disk.ts'
import type { Content } from './content.ts'

/** Where the content of a torrent lives: files, or whatever a program makes it (`Engine.add`). */
export interface Storage extends Content {
  /** Verified pieces at the start; handed to the torrent, which keeps it up to date. */
  readonly have: Bitfield
  readonly wanted: Bitfield
  /** The files that were chosen, by index; undefined: all. */
  readonly selected?: readonly number[]
  /** Where the content is: the file, or the folder of a multi-file torrent. Undefined: on no disk. */
  readonly path?: string
  /** Bytes given to peers in earlier runs. */
  readonly uploadedBefore?: number
  /** Where pieces are kept for a while only. */
  readonly passing?: Passing
  /** In which order pieces are asked for: by default the rarest first. */
  readonly order?: PickOrder
  /** Called once all that is wanted is stored. @throws BtError DISK_* where it is not there any more, HASH_MISMATCH where others changed it */
  confirm?(): Promise<void>
  /** Flushes, notes what is verified so that the same command resumes, and lets go of the files. */
  close(have: Bitfield, run: Run): Promise<void>
}

/** What a run leaves behind. */
export interface Run {
  /** Bytes of this run alone. */
  readonly uploaded: number
  readonly downloaded: number
  /** `owed`: it is to be seeded further, so that what was given already must not be forgotten. */
  readonly seeding: 'owed' | 'over'
}

/** Storage that is read once, from its start to its end. */
export interface Passing {
  /** The reader is done with all pieces before this one. @returns those that are gone from now on. */
  passed(piece: number): readonly number[]
  /** All that were here and are gone; who asks how far the download is counts them too. */
  readonly gone: Bitfield
}

/** What storage is opened with. */
export interface StorageRequest {
  /** @internal */
  readonly hasher: Hasher
  /** @internal What the torrent's files share with those of the engine's others. */
  readonly disk: Disk
  readonly signal: AbortSignal
  readonly onChecked: (pieces: number, total: number) => void
  /** Bytes for which room was taken on the disk, of those for which it is to be. */
  readonly onReserved: (bytes: number, total: number) => void
  readonly onWarning: (message: string) => void
}

/** Opens where the content of a torrent lives, once its info dictionary is known. */
export type OpenStorage = (info: Info, request: StorageRequest) => Promise<Storage>
