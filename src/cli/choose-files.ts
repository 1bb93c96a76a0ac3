// `--interactive`: which files to download is asked on the terminal, once the metadata is known. The question is on stderr.
import { BtError } from '../lib/base/errors.ts'
import type { DownloadOptions } from '../lib/engine/engine.ts'
import { settleable } from '../lib/engine/settleable.ts'
import type { Info } from '../lib/metainfo/metainfo.ts'
import { isStored } from '../lib/storage/plan.ts'
import { fit } from '../lib/ui/fit.ts'
import { formatBytes, plural, printable } from '../lib/ui/format.ts'
import { showCursorWhileStopped } from '../lib/ui/stopped.ts'
import type { Watch } from '../lib/ui/watch.ts'

/** Columns of a size, and of what the list puts before each file and keeps free behind it. */
const SIZE_COLUMNS = 9
const MARGIN = SIZE_COLUMNS + 8
/** Files in a list at most: with more, each key takes longer to be answered than anybody waits. */
const MAX_LISTED = 5000
/** Lines that the question, the description and the help take. */
const OTHER_LINES = 8

/** @throws BtError USAGE where nobody can be asked */
export function checkTerminal(): void {
  if (process.stdin.isTTY && process.stderr.isTTY) return
  throw new BtError(
    'USAGE',
    '--interactive asks on a terminal, and there is none; choose with --select, by index or pattern, from what bt info shows',
  )
}

interface Download {
  readonly options: DownloadOptions
  readonly watch: Watch
}

/** The same, but that files are asked for, those of its selection being marked; nothing else is drawn meanwhile. */
export function interactively({ options, watch }: Download, note: (line: string) => void): Download {
  const [asked, settle] = settleable<void>()
  const select = async (info: Info, signal: AbortSignal): Promise<readonly number[]> => {
    const all = info.files.flatMap((file, index) => (isStored(file) ? [index] : []))
    const marked = (await options.select?.(info, signal)) ?? all
    const listed = all.length > MAX_LISTED ? marked : all
    if (listed.length > MAX_LISTED) {
      throw new BtError(
        'USAGE',
        `${listed.length} files are too many for a list; say by --select which of them to list`,
      )
    }
    const chosen = all.length < 2 ? all : await ask(info, listed, new Set(marked), signal)
    settle.resolve()
    return chosen
  }
  const follow: Watch['follow'] = async session => {
    if (session.info === undefined) note('getting the metadata from peers')
    await Promise.race([asked, session.done])
    await watch.follow(session)
  }
  return { options: { ...options, select }, watch: { follow } }
}

async function ask(
  info: Info,
  files: readonly number[],
  marked: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const { default: checkbox } = await import('@inquirer/checkbox')
  const { columns, rows } = process.stderr
  const choices = files.map(index => {
    const { path = [], length = 0 } = info.files[index] ?? {}
    const name = fit(printable(path.join('/')), Math.max(SIZE_COLUMNS, columns - MARGIN))
    return { value: index, name: `${formatBytes(length).padStart(SIZE_COLUMNS)}  ${name}`, checked: marked.has(index) }
  })
  const sizeOf = (chosen: readonly { readonly value: number }[]): number =>
    chosen.reduce((sum, { value }) => sum + (info.files[value]?.length ?? 0), 0)
  const question = {
    message: `Files of ${printable(info.name)}`,
    choices,
    pageSize: Math.max(5, rows - OTHER_LINES),
    loop: false,
    required: true,
    theme: {
      style: {
        renderSelectedChoices: (chosen: readonly { readonly value: number }[]) =>
          `${plural(chosen.length, 'file')}, ${formatBytes(sizeOf(chosen))}`,
      },
    },
  }
  // readline stops reading when it is woken, and leaves it to others to go on.
  const visible = showCursorWhileStopped(process.stderr.fd, () => setImmediate(() => process.stdin.resume()))
  try {
    return await checkbox(question, { input: process.stdin, output: process.stderr, signal })
  } catch (error) {
    signal.throwIfAborted()
    // Ctrl-C reaches the question as a key.
    if (error instanceof Error && error.name === 'ExitPromptError') throw new BtError('INTERRUPTED', 'interrupted')
    throw error
  } finally {
    visible()
  }
}
