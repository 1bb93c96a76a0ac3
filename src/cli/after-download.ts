// What `download` does once everything is there: it runs the user's command, and goes on seeding where it is to.
import type { SeedGoals } from '../lib/engine/seed-goals.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'
import { checkStatus, OnDone } from './on-done.ts'
import { formatBytes } from '../lib/ui/format.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

export interface AfterDownloadOptions {
  readonly onDone: string | undefined
  /** Go on seeding, for ever where there are no goals. */
  readonly seed: boolean
  readonly goals: SeedGoals | undefined
  /** Whether what comes is kept anywhere but on stdout. */
  readonly stored: boolean
  readonly json: boolean
  readonly signal: AbortSignal
  readonly print: (line: string) => void
  /** As `SeedDisplay` has it. */
  readonly tell: (line: string) => void
  readonly note: (line: string) => void
}

export class AfterDownload {
  readonly #options: AfterDownloadOptions
  readonly #onDone: OnDone
  #seeding = false

  constructor(options: AfterDownloadOptions) {
    this.#options = options
    this.#onDone = new OnDone(options.onDone, options.signal)
  }

  /**
   * What an interruption means at this moment.
   * @param session undefined: it had not begun
   */
  farewell(session: Pick<TorrentSession, 'info' | 'have' | 'progress'> | undefined): string {
    if (!this.#options.stored) return 'interrupted: nothing is stored; the same command begins anew'
    if (!this.#seeding) return `interrupted ${soFar(session)}`
    if (this.#options.goals === undefined) return 'interrupted: the download is complete; leaving the trackers'
    return 'interrupted: the download is complete; the same command goes on seeding from here'
  }

  /**
   * Seeds until enough was given, or until it is interrupted, which without a goal is how it is meant to end. The user's
   * command runs meanwhile: the files must stay where they are.
   * @throws BtError INTERRUPTED where a goal was not reached, or what ended the session
   */
  async seed(session: TorrentSession): Promise<void> {
    const { seed, goals, signal } = this.#options
    if (!seed && goals === undefined) return
    this.#seeding = true
    this.#onDone.start(session)
    const display = await this.#display(session)
    this.#onDone.ended().then(
      status => (status ?? 0) === 0 || display.warn(`the --on-done command ended with exit code ${status}`),
      () => undefined,
    )
    try {
      await Promise.race([session.seeded, aborted(signal)])
    } catch (error) {
      if (!signal.aborted || goals !== undefined) throw error
    } finally {
      display.stop()
    }
  }

  /** Once the session is closed: nothing of ours holds or looks for the files any more. @throws BtError COMMAND_FAILED */
  async end(session: TorrentSession): Promise<void> {
    const { json, print } = this.#options
    this.#onDone.start(session)
    const status = await this.#onDone.ended()
    if (json && status !== undefined) print(jsonLine({ event: 'onDone', status }))
    checkStatus(status)
  }

  async #display(session: TorrentSession): Promise<{ warn(message: string): void; stop(): void }> {
    const [{ SeedDisplay }, { goalsText }] = await Promise.all([
      import('./seed-display.ts'),
      import('../lib/ui/seed-stats.ts'),
    ])
    const { json, goals, print, tell, note } = this.#options
    const display = new SeedDisplay({
      json,
      goals,
      torrents: () => [session],
      statsJson: () => ({ event: 'progress', ...session.progress() }),
      peers: false,
      print: json ? print : note,
      tell: json ? tell : note,
      note,
    })
    display.note(goals === undefined ? 'seeding until interrupted' : `seeding ${goalsText(goals)}`)
    display.follow(session)
    return display
  }
}

/** What there is of a download that ends now. */
function soFar(session: Pick<TorrentSession, 'info' | 'have' | 'progress'> | undefined): string {
  if (session !== undefined && session.info === undefined) return 'before anybody gave the metadata'
  if (session?.have === undefined) {
    return 'before anything was downloaded; what was there already stays, and the same command goes on from it'
  }
  const { bytesDone, bytesTotal } = session.progress()
  const parts = `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`
  return `with ${parts}: saving the state; the same command goes on from here`
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
}
