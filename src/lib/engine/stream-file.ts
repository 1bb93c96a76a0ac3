// One file of a torrent, read while it comes: to play it, or to pipe it into a program.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { isStored } from '../storage/plan.ts'
import type { DownloadOptions, Engine } from './engine.ts'
import { asBtError } from './errors.ts'
import { passingStorage } from './passing-storage.ts'
import { settleable } from './settleable.ts'
import type { TorrentSource } from './source.ts'
import type { TorrentSession } from './torrent-session.ts'

/** `select` chooses one file; it is needed where the torrent has several. */
export interface StreamOptions extends DownloadOptions {
  /** Stores the file as well, as `Engine.download` does. By default it passes through memory only, and `output` is nothing. */
  readonly store?: boolean
}

/** A file of a torrent that is being streamed. */
export interface FileStream {
  readonly session: TorrentSession
  /** See `TorrentSession.stream`. Unless it is stored the file can be read once, and ends with the session. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** @throws BtError USAGE from the session where not one file is chosen */
export function streamFile(engine: Engine, source: TorrentSource, options: StreamOptions = {}): FileStream {
  const [chosen, settle] = settleable<number>()
  const choose = async (info: Info, signal: AbortSignal): Promise<number> => {
    const file = await chooseOne(info, signal, options)
    settle.resolve(file)
    return file
  }
  const session =
    options.store === true
      ? engine.download(source, { ...options, select: async (info, signal) => [await choose(info, signal)] })
      : engine.add(source, options, async (info, { signal }) => passingStorage(info, await choose(info, signal)))
  session.done.catch((error: unknown) => settle.reject(asBtError(error)))
  const chunks = {
    async *[Symbol.asyncIterator]() {
      yield* session.stream(await chosen)
    },
  }
  return { session, chunks }
}

async function chooseOne(info: Info, signal: AbortSignal, { select }: StreamOptions): Promise<number> {
  const all = info.files.flatMap((file, index) => (isStored(file) ? [index] : []))
  const [file, ...more] = (await select?.(info, signal)) ?? all
  if (file !== undefined && more.length === 0) return file
  const count = file === undefined ? 'none' : more.length + 1
  throw new BtError(
    'USAGE',
    `one file can be streamed, and ${count} of "${info.name}" are selected; choose it by --select`,
  )
}
