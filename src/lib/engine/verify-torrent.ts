// Compares content on the disk with its torrent and changes nothing.
import { BtError } from '../base/errors.ts'
import type { FileEntry, Info } from '../metainfo/metainfo.ts'
import { FileStore } from '../storage/files.ts'
import { fileStates, type FileState } from '../storage/file-states.ts'
import { Hasher } from '../storage/hasher.ts'
import { contentPath, locateContent } from '../storage/output.ts'
import { verifyContent } from '../storage/verify.ts'

export interface VerifiedFile extends FileState {
  readonly entry: FileEntry
}

export interface Verification {
  readonly info: Info
  /** Where the content was looked for, absolute: the file, or the folder of a multi-file torrent. */
  readonly path: string
  /** Every file that has a place on the disk. */
  readonly files: readonly VerifiedFile[]
  /** Pieces whose bytes are there and do not match, ascending. */
  readonly bad: readonly number[]
  /** Pieces some bytes of which are not there, ascending. */
  readonly missing: readonly number[]
  /** All pieces match, and every file is there in its exact size. */
  readonly complete: boolean
}

export interface VerifyTorrentOptions {
  readonly signal: AbortSignal
  readonly onProgress: (checked: number, total: number) => void
}

/**
 * @param path the content itself or the folder that holds it; the working folder by default.
 * @throws BtError UNSUPPORTED_TORRENT for a v2-only torrent; DISK_* where nothing is at `path` or it can not be read.
 */
export async function verifyTorrent(
  info: Info,
  path: string | undefined,
  { signal, onProgress }: VerifyTorrentOptions,
): Promise<Verification> {
  if (info.version === 'v2') {
    throw new BtError(
      'UNSUPPORTED_TORRENT',
      `"${info.name}" is a BitTorrent v2-only torrent; bt shows such torrents but can not verify them yet`,
    )
  }
  const output = await locateContent(info, path, process.cwd())
  const store = await FileStore.open({ info, output, mode: 'read' })
  const hasher = new Hasher()
  try {
    const found = { bad: new Array<number>(), missing: new Array<number>() }
    const have = await verifyContent({
      store,
      info,
      hasher,
      signal,
      onProgress: ({ piece, result, checked, total }) => {
        if (result !== 'good') found[result].push(piece)
        onProgress(checked, total)
      },
    })
    const states = await fileStates(info, have, store)
    const files = states.flatMap(state => {
      const entry = info.files[state.file]
      return entry === undefined ? [] : [{ ...state, entry }]
    })
    return {
      info,
      path: contentPath(info, output),
      files,
      bad: found.bad.sort((a, b) => a - b),
      missing: found.missing.sort((a, b) => a - b),
      complete: have.complete && files.every(({ state }) => state === 'complete'),
    }
  } finally {
    await hasher.close()
    await store.close()
  }
}
