// One line on a terminal that says how far a piece of work is, and is gone when it is done.
import { formatBar, formatDuration, formatPercent, formatRate } from './format.ts'
import { canDraw } from './terminal.ts'
import { FRAME_INTERVAL } from './watch.ts'

const WIDTH = 30
/** Seconds before a rate means something. */
const MIN_ELAPSED = 0.5
/** Back to the start of the line, and clear to its end. */
const REWIND = '\r\u001b[K'

export interface ProgressBar {
  /** Bytes; the first call counts as the start of the work. */
  update(done: number, total: number): void
  /** Takes the line off again. */
  clear(): void
}

export const noBar: ProgressBar = { update: () => undefined, clear: () => undefined }

/** Draws nothing where the stream is no terminal on which lines can be taken back. */
export function progressBar(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> & { readonly columns?: number },
  title: string,
): ProgressBar {
  if (!canDraw(stream)) return noBar
  let drawnAt = -Infinity
  let started: { readonly at: number; readonly done: number } | undefined
  return {
    update: (done, total) => {
      const now = performance.now()
      started ??= { at: now, done }
      if (now - drawnAt < FRAME_INTERVAL) return
      drawnAt = now
      const pace = paceText(done - started.done, total - done, (now - started.at) / 1000)
      const line = `${title} ${formatBar(done, total, WIDTH)} ${formatPercent(done, total)}${pace}`
      // A line that is wrapped could not be taken off again.
      stream.write(`${REWIND}${line.slice(0, (stream.columns || 80) - 1)}`)
    },
    clear: () => {
      if (drawnAt !== -Infinity) stream.write(REWIND)
    },
  }
}

function paceText(moved: number, left: number, seconds: number): string {
  if (seconds < MIN_ELAPSED || moved <= 0) return ''
  const rate = moved / seconds
  return `  ${formatRate(rate)}  ${formatDuration(left / rate)} left`
}
