// The content of a download: files that are written, what an earlier run left checked before it counts, and a resume
// record on the way out. Only verified pieces are ever in `have`.
import type { Bitfield } from '../base/bitfield.ts'
import { BtError, messageOf } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { FileStore } from '../storage/files.ts'
import { separateLinked } from '../storage/hard-links.ts'
import { contentPath, resolveOutput } from '../storage/output.ts'
import { isStored, wantedPieces } from '../storage/plan.ts'
import { preallocate } from '../storage/preallocate.ts'
import { unreserve } from '../storage/replace-file.ts'
import { loadResume, removeResume, reserveResume, saveResume, type ResumeState } from '../storage/resume.ts'
import { refuseSpecial } from '../storage/special-files.ts'
import { refuseStrangers } from '../storage/strangers.ts'
import { verifyContent } from '../storage/verify.ts'
import type { Content } from './content.ts'
import { pieceLevels, type FilePriority } from './priorities.ts'
import type { Storage, StorageRequest } from './storage.ts'
import { VerifiedContent } from './verified-content.ts'

/** What is downloaded, in which order, and where to. */
export interface DownloadTarget {
  /** The file or folder to write, as `bt download -o`; by default the torrent's name in the working folder. */
  readonly output?: string
  /**
   * Chooses files by index; all by default. Called once the metadata is known, and may take its time, as when somebody is
   * asked. The signal is aborted where the download ends before.
   */
  readonly select?: (info: Info, signal: AbortSignal) => readonly number[] | Promise<readonly number[]>
  /** The priorities of files by index, of those that are selected; the others are `normal`. Called once the metadata is known. */
  readonly prioritize?: (info: Info) => ReadonlyMap<number, FilePriority>
  /** Asks for pieces from the first to the last instead of the rarest first. */
  readonly sequential?: boolean
  /** Takes the room for all files before anything is downloaded; files are sparse by default. */
  readonly preallocate?: boolean
  /** Replaces files that are there and have nothing to do with the torrent, which is an error otherwise. */
  readonly overwrite?: boolean
}

export interface DownloadPlace extends DownloadTarget {
  /** Whether the info dictionary came from peers, so that it is worth keeping though nothing else is there yet. */
  readonly keepMetadata: boolean
}

/** @throws BtError DISK_*, USAGE where the selection is empty or another file is in the way */
export async function downloadStorage(info: Info, target: DownloadPlace, request: StorageRequest): Promise<Storage> {
  const output = await resolveOutput(info, target.output, process.cwd())
  const chosen = await target.select?.(info, request.signal)
  const selected = chosen && new Set(chosen)
  if (selected?.size === 0) throw new BtError('USAGE', `no file of "${info.name}" is selected`)
  const priorities = target.prioritize?.(info)
  const { disk, signal, onReserved } = request
  const store = await FileStore.open({ info, output, mode: 'write', disk, ...(selected && { selected }) })
  try {
    const resumed = await loadResume({ store, info })
    const have = await recheck(store, info, resumed.have, resumed.recheck, request)
    const files = selected ?? info.files.flatMap((file, index) => (isStored(file) ? [index] : []))
    const { survey } = resumed
    refuseSpecial({ output, files, survey })
    if (!resumed.begun && target.overwrite !== true) refuseStrangers({ output, info, have, files, survey })
    // Padding needs no download of its own, yet a piece of nothing else (v1 allows it) must count once all are wanted.
    const wanted = selected === undefined ? have.clone() : wantedPieces(info, files)
    if (selected === undefined) wanted.setAll()
    await separateLinked({
      store,
      info,
      have,
      wanted,
      survey,
      signal,
      onFound: count => {
        const those = count === 1 ? 'a file has another name' : `${count} files have other names`
        request.onWarning(
          `${those} too (hard links); the download goes on in a copy, and what is there by the other stays as it is`,
        )
      },
    })
    if (!have.complete) await reserveResume(output, info)
    if (target.preallocate === true) await preallocate({ store, info, have, files, signal, onProgress: onReserved })
    const close: Storage['close'] = (verified, run) => {
      const totals = {
        uploaded: resumed.uploaded + run.uploaded,
        downloaded: resumed.downloaded + run.downloaded,
      }
      const worthKeeping = verified.complete ? run.seeding === 'owed' : verified.count > 0 || target.keepMetadata
      return finish({ store, info, have: verified, ...totals, metadata: info.raw }, worthKeeping, request)
    }
    const levels = priorities && pieceLevels(info, files, priorities)
    const order = { sequential: target.sequential === true, ...(levels && { levels }) }
    const place = {
      path: contentPath(info, output),
      uploadedBefore: resumed.uploaded,
      ...(selected && { selected: [...selected] }),
    }
    const content = new VerifiedContent(store, info, request.hasher)
    const confirm = async (): Promise<void> => {
      await confirmFiles(store, info, files)
      await content.confirm(wanted)
    }
    return { ...io(content), ...place, have, wanted, order, confirm, close }
  } catch (error) {
    await unreserve(output.resumePath)
    await store.close().catch(() => undefined)
    throw error
  }
}

/** Verifies what is perhaps there and adds it to what is known to be. */
export async function recheck(
  store: FileStore,
  info: Info,
  known: Bitfield,
  doubtful: Bitfield,
  request: StorageRequest,
): Promise<Bitfield> {
  if (doubtful.count === 0) return known
  const { hasher, signal, onChecked } = request
  const found = await verifyContent({
    store,
    info,
    hasher,
    pieces: doubtful,
    signal,
    onProgress: ({ checked, total }) => onChecked(checked, total),
  })
  for (const piece of found.indices()) known.set(piece)
  return known
}

/** The reading and writing half of a storage over files. */
export function io(content: VerifiedContent): Content {
  return {
    readInto: (offset, parts) => content.readInto(offset, parts),
    write: (offset, data) => content.write(offset, data),
    keep: (offset, data, hash) => content.keep(offset, data, hash),
  }
}

/** What was taken away while its file was open was written to nowhere. */
async function confirmFiles(store: FileStore, info: Info, files: Iterable<number>): Promise<void> {
  const survey = await store.looks.again()
  for (const file of files) {
    const entry = info.files[file]
    if (entry === undefined || !isStored(entry) || survey.files[file]?.stamp?.size === entry.length) continue
    const path = store.output.paths[file] ?? ''
    throw new BtError(
      'DISK_NOT_FOUND',
      `"${path}" was moved, removed or cut while it was downloaded; the same command gets what is missing`,
      { details: { path } },
    )
  }
}

/** What is finished leaves nothing but its files; what is not, a record from which the same command goes on. */
async function finish(state: ResumeState, worthKeeping: boolean, request: StorageRequest): Promise<void> {
  const { store, have } = state
  try {
    if (have.complete) await store.sync()
    if (worthKeeping) await saveResume(state)
    else await removeResume(store.output)
  } catch (error) {
    request.onWarning(`the state was not saved (${messageOf(error)}); the next run will check all files again`)
    // What keeps the state from being saved may keep the lock from being removed.
    await store.close().catch(() => undefined)
    throw error
  }
  await store.close()
}
