// Takes the room for a download before it begins (`--prealloc`), so that a disk that is too small is known at once. Node has
// no call for it (fallocate), so zeros are written where pieces are missing; file systems that compress, or copy what is
// overwritten, keep no room for that. No byte of a verified piece is touched, nor a file that is not known to be the torrent's.
import type { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { concurrently, mapConcurrently } from './concurrently.ts'
import { look } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { LOOK_CONCURRENCY } from './file-stamp.ts'
import type { FileStore } from './files.ts'
import { freeSpace } from './free-space.ts'
import { isStored, piecesOfFile } from './plan.ts'

/** Bytes of one write: few calls, and soon over once the signal is aborted. */
const CHUNK = 4_194_304
/** Files written at the same time. */
const FILE_CONCURRENCY = 8
/** Unit of `blocks` of stat(2). */
const BLOCK = 512n

export interface PreallocateOptions {
  readonly store: FileStore
  readonly info: Info
  /** The verified pieces. */
  readonly have: Bitfield
  /** The files to take room for. */
  readonly files: Iterable<number>
  /** @throws its reason once aborted */
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number, total: number) => void
}

interface Gaps {
  readonly file: number
  /** Nothing is at its path. */
  readonly fresh: boolean
  readonly ranges: readonly { readonly from: number; readonly to: number }[]
  /** Bytes that the disk does not keep yet: an earlier run may have written some of the ranges. */
  readonly needed: number
}

/** @throws BtError DISK_FULL where there is not enough room, and then leaves no file that was not there; DISK_* */
export async function preallocate(options: PreallocateOptions): Promise<void> {
  const { store, info, have, files, signal, onProgress } = options
  const found = await mapConcurrently(files, LOOK_CONCURRENCY, file => gapsOf(store, info, have, file))
  const gaps = found.filter(({ ranges }) => ranges.length > 0)
  const total = gaps.reduce((sum, { ranges }) => ranges.reduce((sum, { from, to }) => sum + to - from, sum), 0)
  await checkRoom(
    store,
    gaps.reduce((sum, { needed }) => sum + needed, 0),
  )
  const zeros = new Uint8Array(Math.min(CHUNK, total))
  let done = 0
  try {
    await concurrently(gaps, FILE_CONCURRENCY, () => async ({ file, ranges }) => {
      for (const chunk of ranges.flatMap(chunksOf)) {
        signal.throwIfAborted()
        const length = chunk.to - chunk.from
        await store.writeTo(file, chunk.from, zeros.subarray(0, length))
        onProgress((done += length), total)
      }
    })
  } catch (error) {
    if (error instanceof BtError && error.code === 'DISK_FULL') await discard(store, gaps)
    throw error
  }
}

/** Where zeros are to be written. */
async function gapsOf(store: FileStore, info: Info, have: Bitfield, file: number): Promise<Gaps> {
  const entry = info.files[file]
  if (entry === undefined || !isStored(entry)) return { file, fresh: false, ranges: [], needed: 0 }
  const { size, reserved } = await roomOf(store.output.paths[file] ?? '')
  const needed = Math.max(0, entry.length - reserved)
  if (size === undefined) return { file, fresh: true, ranges: [{ from: 0, to: entry.length }], needed }
  const ours = size === entry.length || hasAny(have, piecesOfFile(info, file))
  if (!ours || (size === entry.length && reserved >= size)) return { file, fresh: false, ranges: [], needed: 0 }
  const ranges: { from: number; to: number }[] = []
  const { first, end } = piecesOfFile(info, file)
  for (let piece = first; piece < end; piece++) {
    if (have.has(piece)) continue
    const from = Math.max(0, piece * info.pieceLength - entry.offset)
    const to = Math.min(entry.length, (piece + 1) * info.pieceLength - entry.offset)
    const last = ranges.at(-1)
    if (last?.to === from) last.to = to
    else ranges.push({ from, to })
  }
  return { file, fresh: false, ranges, needed }
}

/** Bytes of the file, and those that the disk keeps for it; of what is no regular file, the writing will complain. */
async function roomOf(path: string): Promise<{ size: number | undefined; reserved: number }> {
  try {
    const { size, blocks } = await look(path, 'stay')
    return { size: Number(size), reserved: Number(blocks * BLOCK) }
  } catch (error) {
    if (isAbsent(error)) return { size: undefined, reserved: 0 }
    throw diskError(error, path, 'look at')
  }
}

async function checkRoom(store: FileStore, needed: number): Promise<void> {
  const path = store.output.lockPath
  const free = await freeSpace(path)
  if (free === undefined || free >= needed) return
  throw new BtError(
    'DISK_FULL',
    `no room for "${store.info.name}": ${needed} bytes are needed and ${free} are free; free some or choose another place`,
    { details: { path: store.output.root, needed, free } },
  )
}

async function discard(store: FileStore, gaps: readonly Gaps[]): Promise<void> {
  for (const { file, fresh } of gaps) {
    if (fresh) await store.whole.remove(file).catch(() => undefined)
  }
}

function chunksOf({ from, to }: { from: number; to: number }): { from: number; to: number }[] {
  const chunks: { from: number; to: number }[] = []
  for (let at = from; at < to; at += CHUNK) chunks.push({ from: at, to: Math.min(to, at + CHUNK) })
  return chunks
}

function hasAny(have: Bitfield, { first, end }: { readonly first: number; readonly end: number }): boolean {
  for (let piece = first; piece < end; piece++) if (have.has(piece)) return true
  return false
}
