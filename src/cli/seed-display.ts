// What is shown of seeding while it goes on: lines for each thing that happens, and statistics from time to time, on a
// terminal as lines that stay at its bottom.
import type { SeedGoal, SeedGoals } from '../lib/engine/seed-goals.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'
import type { SessionEvent } from '../lib/engine/session-events.ts'
import { seedEventJson, seedEventLine, type SeedLine } from '../lib/ui/seed-lines.ts'
import { seededJson, seededLine, seedStatsLines, type SeededTorrent } from '../lib/ui/seed-stats.ts'
import { Status } from '../lib/ui/status.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

/** Seconds. */
const DEFAULT_INTERVAL = 1

export interface SeedDisplayOptions {
  readonly json: boolean
  /** Seconds between statistics; 0: none. By default each second, but none where they would fill a log. */
  readonly interval?: number | undefined
  readonly goals: SeedGoals | undefined
  /** Whether lines tell what peers do. */
  readonly peers: boolean
  /** Statistics with `json`. */
  readonly statsJson: () => object
  /** Those that statistics are about, at any time. */
  readonly torrents: () => readonly TorrentSession[]
  readonly print: (line: string) => void
  /** As `print`, of what happens without end: it may be left out where nobody reads. */
  readonly tell: (line: string) => void
  /** To stderr, likewise. */
  readonly note: (line: string) => void
}

export class SeedDisplay {
  readonly #options: SeedDisplayOptions
  readonly #status: Status | undefined
  readonly #checked = new Map<SeededTorrent, { readonly pieces: number; readonly total: number }>()
  readonly #timer: NodeJS.Timeout | undefined

  constructor(options: SeedDisplayOptions) {
    this.#options = options
    const { json, interval } = options
    const { stderr } = process
    this.#status = !json && stderr.isTTY && stderr.columns > 0 && interval !== 0 ? new Status(stderr) : undefined
    const seconds = interval ?? (json || this.#status !== undefined ? DEFAULT_INTERVAL : 0)
    if (seconds > 0) this.#timer = setInterval(() => this.#showStats(), seconds * 1000)
  }

  /** Tells of what happens to a torrent until it is stopped. */
  follow(session: TorrentSession): void {
    session.subscribe(event => this.#onEvent(session, event))
    session.seeded.then(
      goal => this.#seeded(session, goal),
      () => undefined,
    )
  }

  line({ text, json }: SeedLine): void {
    if (this.#options.json) this.#options.print(jsonLine(json))
    else this.#above(() => this.#options.print(text))
  }

  note(text: string): void {
    this.#above(() => this.#options.note(text))
  }

  /** What bt itself drew, with lines and colours of its own. */
  picture(text: string): void {
    this.#above(() => void process.stderr.write(`${text}\n`))
  }

  warn(message: string): void {
    this.note(`warning: ${message}`)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#status?.clear()
  }

  #onEvent(session: TorrentSession, event: SessionEvent): void {
    if (event.type === 'checked') this.#checked.set(session, event)
    if (event.type === 'stage' && event.stage !== 'checking') this.#checked.delete(session)
    if (this.#options.json) {
      const json = seedEventJson(event)
      if (json !== undefined) this.#options.tell(jsonLine({ ...json, name: session.info?.name }))
      return
    }
    const line = seedEventLine(event)
    if (line?.to === 'stderr') this.note(line.text)
    else if (line !== undefined && this.#options.peers) this.#above(() => this.#options.tell(line.text))
  }

  #seeded(session: TorrentSession, goal: SeedGoal): void {
    this.line({ text: seededLine(session, goal), json: seededJson(session, goal) })
  }

  #showStats(): void {
    const { json, goals, torrents, statsJson, tell, note } = this.#options
    if (json) {
      tell(jsonLine(statsJson()))
      return
    }
    const lines = seedStatsLines(torrents(), { goals, checked: this.#checked })
    if (this.#status === undefined) for (const line of lines) note(line)
    else this.#status.draw(lines)
  }

  #above(print: () => void): void {
    if (this.#status === undefined) print()
    else this.#status.above(print)
  }
}
