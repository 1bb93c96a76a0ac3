// One line on a terminal that says how far a piece of work is, and is gone when it is done.
import { formatBar, formatPercent } from './format.ts'
import { FRAME_INTERVAL } from './watch.ts'

const WIDTH = 30
/** Back to the start of the line, and clear to its end. */
const REWIND = '\r\u001b[K'

export interface ProgressBar {
  update(done: number, total: number): void
  /** Takes the line off again. */
  clear(): void
}

/** Draws nothing where the stream is no terminal. */
export function progressBar(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'>, title: string): ProgressBar {
  if (!stream.isTTY) return { update: () => undefined, clear: () => undefined }
  let drawnAt = -Infinity
  return {
    update: (done, total) => {
      const now = performance.now()
      if (now - drawnAt < FRAME_INTERVAL) return
      drawnAt = now
      stream.write(`${REWIND}${title} ${formatBar(done, total, WIDTH)} ${formatPercent(done, total)}`)
    },
    clear: () => {
      if (drawnAt !== -Infinity) stream.write(REWIND)
    },
  }
}
