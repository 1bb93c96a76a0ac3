// A download on a terminal: its stages as listr2 tasks, the running one with a bar. listr2 draws on stderr, so that stdout
// stays the result's.
import { DefaultRenderer, Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2'
import type { TorrentSession } from '../engine/torrent-session.ts'
import type { SessionEvent } from '../engine/session-events.ts'
import { formatBar, formatBytes, formatPercent, plural, printable } from './format.ts'
import { showCursorWhileStopped } from './stopped.ts'
import { eventLine, fittingTransferLine } from './transfer-lines.ts'
import { chosenFiles, doneLine } from './watch-plain.ts'
import { FRAME_INTERVAL, type Watch } from './watch.ts'

/** Columns of a bar; it takes what the numbers leave, and these are shortened for the least of it. */
const MIN_BAR = 10
const MAX_BAR = 30
/** Columns that listr2 takes on the left and keeps free on the right. */
const MARGIN = 10
/** Columns of the narrowest terminal with a bar. */
const MIN_COLUMNS = 60
/** Warnings kept on the screen. */
const MAX_WARNINGS = 3

interface Reporter {
  title: string
  output: string
}

/** listr2 asks stdout whether there is a terminal; ours is stderr, and the caller knows that it is one. */
class StderrRenderer extends DefaultRenderer {
  static override nonTTY = true
}

export class TerminalWatch implements Watch {
  async follow(session: TorrentSession): Promise<void> {
    const started = performance.now()
    const warnings: string[] = []
    let checked = ''
    const unsubscribe = session.subscribe(event => {
      const line = eventLine(event)
      if (line !== undefined) warnings.push(line)
      if (event.type === 'checked') checked = checkLine(event)
      if (event.type === 'reserved') checked = reserveLine(event)
    })
    const lines = (status: string): string => [status, ...warnings.slice(-MAX_WARNINGS)].join('\n')
    const tasks = new Listr(
      [
        {
          title: 'Metadata from peers',
          enabled: () => session.source.info === undefined,
          task: (_, task) =>
            drawing(
              task,
              () => lines(seeking(session)),
              async () => {
                const info = await session.metadata
                task.title = `Metadata: ${printable(info.name)}`
              },
            ),
        },
        {
          title: 'Check what is there',
          task: (_, task) =>
            drawing(
              task,
              () => lines(checked),
              () => stageAfter(session, 'checking'),
            ),
        },
        {
          title: 'Download',
          task: (_, task) =>
            drawing(
              task,
              () => lines(barLine(session)),
              async () => {
                const chosen = chosenFiles(session)
                task.title = `Download ${printable(session.info?.name ?? '')}${chosen === undefined ? '' : ` (${chosen})`}`
                await session.done
                task.title = `${task.title} - ${doneLine(session, (performance.now() - started) / 1000)}`
              },
            ),
        },
      ],
      {
        renderer: StderrRenderer,
        rendererOptions: {
          // What went wrong is told once, by the process, after the picture.
          showErrorMessage: false,
          logger: new ListrLogger<ListrDefaultRendererLogLevels>({
            processOutput: new ProcessOutput(process.stderr, process.stderr),
          }),
        },
        // Ctrl-C is the command's to handle: it announces `stopped` and saves before it goes.
        registerSignalListeners: false,
      },
    )
    const visible = showCursorWhileStopped(process.stderr.fd)
    try {
      await tasks.run()
    } finally {
      visible()
      unsubscribe()
    }
  }
}

/** Keeps a task's output fresh while the work goes on. */
async function drawing(task: Reporter, line: () => string, work: () => Promise<void>): Promise<void> {
  const draw = (): void => {
    task.output = line()
  }
  draw()
  const timer = setInterval(draw, FRAME_INTERVAL)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

/** Resolves once the session has left the stage; rejects where it failed or was stopped. */
function stageAfter(session: TorrentSession, stage: string): Promise<void> {
  if (session.stage !== stage && session.stage !== 'metadata') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const unsubscribe = session.subscribe(event => {
      // What was stopped in this stage is not through with it.
      if (event.type !== 'stage' || [stage, 'stopped', 'failed'].includes(event.stage)) return
      unsubscribe()
      resolve()
    })
    session.done.catch((error: unknown) => {
      unsubscribe()
      reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
}

function seeking(session: TorrentSession): string {
  const { peers, knownPeers } = session.progress()
  return `${plural(peers, 'peer')} connected, ${knownPeers} known`
}

function checkLine(event: SessionEvent & { type: 'checked' }): string {
  const { pieces, total } = event
  return withBar(pieces, total, () => `${formatPercent(pieces, total)}  ${pieces} of ${plural(total, 'piece')}`)
}

function reserveLine({ bytes, total }: SessionEvent & { type: 'reserved' }): string {
  const sizes = `${formatBytes(bytes)} of ${formatBytes(total)} reserved`
  return withBar(bytes, total, () => `${formatPercent(bytes, total)}  ${sizes}`)
}

function barLine(session: TorrentSession): string {
  const progress = session.progress()
  return withBar(progress.bytesDone, progress.bytesTotal, columns => fittingTransferLine(progress, columns))
}

/**
 * A terminal too narrow for both shows the numbers alone. listr2 wraps at the width of stdout, or at 80.
 * @param numbers what to show in so many columns
 */
function withBar(done: number, total: number, numbers: (columns: number) => string): string {
  const columns = process.stdout.columns ?? 80
  const room = columns - MARGIN
  if (columns < MIN_COLUMNS) return numbers(room)
  const text = numbers(room - MIN_BAR - 1)
  const width = Math.min(MAX_BAR, room - 1 - text.length)
  return width < MIN_BAR ? text : `${formatBar(done, total, width)} ${text}`
}
