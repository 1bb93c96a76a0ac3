// Content that is only read: where it is, and whether it has changed since it was last looked at.
import { createHash } from 'node:crypto'
import type { Info } from '../metainfo/metainfo.ts'
import type { Disk } from '../storage/disk.ts'
import { FileStore } from '../storage/files.ts'
import { locateContent } from '../storage/output.ts'
import { readablePieces } from '../storage/verify.ts'
import type { TorrentSource } from './source.ts'

/** Where content that is served is. */
export interface SeedPlace {
  /** The content itself, or the folder that holds it; the working folder by default. */
  readonly path?: string
  /** Where each file is, absolute, by index, where they do not have the names that the torrent gives them. */
  readonly files?: readonly string[]
  /** The `contentStamp` of when all of it was last hashed and right: as long as it is the same, nothing is hashed again. */
  readonly verified?: string
}

const NOTHING = 'nothing'

/** @throws BtError DISK_NOT_FOUND where nothing is at the path */
export async function openContent(info: Info, { path, files }: SeedPlace, disk?: Disk): Promise<FileStore> {
  const located = await locateContent(info, path, process.cwd())
  const output = files === undefined ? located : { ...located, paths: files }
  return FileStore.open({ info, output, mode: 'read', ...(disk && { disk }) })
}

/** The same text as long as all files have the same sizes and times. */
export async function contentStamp({ info }: TorrentSource, place: SeedPlace): Promise<string> {
  if (info === undefined) return NOTHING
  try {
    const store = await openContent(info, place)
    try {
      return await stampOf(store)
    } finally {
      await store.close()
    }
  } catch {
    return NOTHING // Whoever seeds it is told why.
  }
}

/** Whether all of it is there, and as it was when it was last hashed. */
export async function isVerified(store: FileStore, info: Info, { verified }: SeedPlace): Promise<boolean> {
  if (verified === undefined || (await stampOf(store)) !== verified) return false
  return readablePieces(info, await store.looks.survey()).complete
}

async function stampOf(store: FileStore): Promise<string> {
  const { files } = await store.looks.survey()
  const stamps = files.map(({ stamp }) => (stamp === undefined ? NOTHING : `${stamp.size} ${stamp.mtimeNs}`))
  return createHash('sha1').update(stamps.join('\n')).digest('hex')
}
