// --on-done: a command of the user's that runs once a download is complete. What the torrent says reaches it in its
// environment only: names from the network are never part of what the shell reads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { resolve } from 'node:path'
import { hex } from '../lib/base/bytes.ts'
import { BtError, messageOf } from '../lib/base/errors.ts'
import type { ON_DONE_VARIABLES } from './settings.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'

type Environment = Readonly<Record<(typeof ON_DONE_VARIABLES)[number], string>>

/** What a shell adds to the number of a signal that ended a command. */
const SIGNALLED = 128

export class OnDone {
  readonly #command: string | undefined
  readonly #signal: AbortSignal
  #running: Promise<number> | undefined

  /** @param command undefined: none is to be run. @param signal ends the command. */
  constructor(command: string | undefined, signal: AbortSignal) {
    this.#command = command
    this.#signal = signal
  }

  /** Once at most, whoever calls first. */
  start(session: TorrentSession): void {
    if (this.#command === undefined) return
    this.#running ??= run(this.#command, environment(session), this.#signal)
    this.#running.catch(() => undefined)
  }

  /**
   * @returns the exit code; undefined where nothing was run.
   * @throws BtError COMMAND_FAILED where it could not be started
   */
  async ended(): Promise<number | undefined> {
    return this.#running
  }
}

/** @throws BtError COMMAND_FAILED where the command did not do its part */
export function checkStatus(status: number | undefined): void {
  if (status === undefined || status === 0) return
  const message = `the --on-done command ended with exit code ${status}; the download itself is complete`
  throw new BtError('COMMAND_FAILED', message, { details: { status } })
}

function environment(session: TorrentSession): Environment {
  const { info, path, source } = session
  const files = info?.files.filter(file => !file.padding).length ?? 0
  return {
    BT_NAME: info?.name ?? '',
    BT_PATH: path === undefined ? '' : resolve(path),
    BT_INFO_HASH: hex(source.infoHash),
    BT_LENGTH: String(info?.totalLength ?? 0),
    BT_FILES: String(files),
  }
}

/** Its output goes to stderr: stdout is for what bt itself has to say. */
async function run(command: string, env: Environment, signal: AbortSignal): Promise<number> {
  const child = spawn(command, {
    shell: true,
    stdio: ['ignore', process.stderr, process.stderr],
    env: { ...process.env, ...env },
  })
  const end = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  try {
    const [code, name] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return code ?? SIGNALLED + (name === null ? 0 : constants.signals[name])
  } catch (error) {
    throw new BtError('COMMAND_FAILED', `the --on-done command could not be started: ${messageOf(error)}`, {
      cause: error,
    })
  } finally {
    signal.removeEventListener('abort', end)
  }
}
