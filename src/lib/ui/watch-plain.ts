// A download as lines of a log: one for each stage, one every few seconds, one for each thing that went wrong.
import type { Stage } from '../engine/progress.ts'
import type { TorrentSession } from '../engine/torrent-session.ts'
import { formatBytes, formatDuration, formatRate, plural, printable } from './format.ts'
import { eventLine, transferLine } from './transfer-lines.ts'
import { LOG_INTERVAL, type Watch } from './watch.ts'

export class PlainWatch implements Watch {
  readonly #write: (line: string) => void

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  async follow(session: TorrentSession): Promise<void> {
    const started = performance.now()
    const tell = (stage: Stage): void => {
      const line = stageLine(stage, session)
      if (line !== undefined) this.#write(line)
    }
    tell(session.stage)
    const unsubscribe = session.subscribe(event => {
      if (event.type === 'stage') return tell(event.stage)
      const line = eventLine(event)
      if (line !== undefined) this.#write(line)
    })
    const timer = setInterval(() => {
      if (session.stage === 'downloading') this.#write(transferLine(session.progress()))
    }, LOG_INTERVAL)
    try {
      await session.done
      this.#write(doneLine(session, (performance.now() - started) / 1000))
    } finally {
      clearInterval(timer)
      unsubscribe()
    }
  }
}

/** `done: 256 MiB in 3 s (85.1 MiB/s)`. */
export function doneLine(session: TorrentSession, seconds: number): string {
  const { bytesTotal, downloaded } = session.progress()
  if (downloaded === 0) return `done: all ${formatBytes(bytesTotal)} were there already`
  return `done: ${formatBytes(bytesTotal)} in ${spent(seconds)} (${formatRate(downloaded / seconds)})`
}

/** What took no time at all is told in tenths. */
function spent(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)
}

function stageLine(stage: Stage, session: TorrentSession): string | undefined {
  const { info } = session
  if (stage === 'metadata') return 'getting the metadata from peers'
  if (stage !== 'downloading' || info === undefined) return undefined
  const chosen = chosenFiles(session)
  const total = formatBytes(info.totalLength)
  const size =
    chosen === undefined
      ? `${plural(info.files.filter(file => !file.padding).length, 'file')}, ${total}, ${plural(info.pieceCount, 'piece')}`
      : `${chosen}, ${formatBytes(session.progress().bytesTotal)} of ${total}`
  return `downloading ${printable(info.name)} (${size})`
}

/** `3 of 6 files`; undefined where all are wanted. */
export function chosenFiles({ info, selected }: TorrentSession): string | undefined {
  if (info === undefined || selected === undefined) return undefined
  const chosen = selected.filter(index => info.files[index]?.padding === false).length
  return `${chosen} of ${plural(info.files.filter(file => !file.padding).length, 'file')}`
}
