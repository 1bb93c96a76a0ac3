import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import {
  allowFlag,
  fullScrapeFlag,
  maxPeersFlag,
  maxSwarmFlag,
  stateFlag,
  statsFlag,
  swarmLimits,
  type LimitFlags,
} from '../cli/tracker-flags.ts'
import type { AllowList } from '../lib/engine/allow-list.ts'
import type { TrackerServer } from '../lib/engine/tracker-server.ts'

/** Not registered with anybody, but what trackers have listened on since the first of them. */
const DEFAULT_PORT = 6969
const MAX_PORT = 65_535

interface ServerFlags extends LimitFlags {
  readonly 'http-port': number
  readonly 'udp-port': number
  readonly host: string | undefined
  readonly interval: number | undefined
  readonly 'full-scrape': number | undefined
  readonly state: string | undefined
}

export default class Tracker extends BtCommand {
  static override summary = 'Run a tracker, over HTTP and UDP, until interrupted.'
  static override description =
    'Prints "Listening on " and the announce URL of each. Peers are kept in memory (and, between runs, in the file of --state), and no more of them than --max-peers: who was silent longest goes first. /stats.json of the HTTP port has the statistics. With --json, one object a line: the URLs, then every announce, scrape and refusal.'
  static override flags = {
    'http-port': Flags.integer({
      description: 'the TCP port to answer HTTP on; 0 takes any free one',
      min: 0,
      max: MAX_PORT,
      default: DEFAULT_PORT,
    }),
    'udp-port': Flags.integer({
      description: 'the UDP port; 0 takes any free one',
      min: 0,
      max: MAX_PORT,
      default: DEFAULT_PORT,
    }),
    host: Flags.string({ description: 'the local address to listen on; all by default', helpValue: 'ADDRESS' }),
    interval: Flags.integer({ description: 'seconds between the announces of a peer', helpValue: 'SECONDS', min: 1 }),
    allow: allowFlag,
    'full-scrape': fullScrapeFlag,
    'max-peers': maxPeersFlag,
    'max-torrent-peers': maxSwarmFlag,
    state: stateFlag,
    stats: statsFlag,
  }
  static override examples = [
    '<%= config.bin %> tracker',
    '<%= config.bin %> tracker --allow torrents/ --interval 600 --stats 60',
    '<%= config.bin %> tracker --host 127.0.0.1 --http-port 0 --udp-port 0 --json',
  ]

  protected override async execute(): Promise<void> {
    const { flags } = await this.parse(Tracker)
    const allow = flags.allow === undefined ? undefined : await this.#allowList(flags.allow)
    try {
      const server = await this.#start(flags, allow)
      const timer = flags.stats === undefined ? undefined : await this.#statistics(server, flags.stats)
      try {
        await this.#interruption()
      } finally {
        clearInterval(timer)
        await server.close()
      }
    } finally {
      allow?.close()
    }
    this.interrupted.throwIfAborted()
  }

  /** SIGHUP is no end to a tracker that has a list to read again. */
  async #allowList(path: string): Promise<AllowList> {
    const { openAllowList } = await import('../lib/engine/allow-list.ts')
    const list = await openAllowList(path, {
      onChange: size => this.note(`${path} was read again: ${size} info-hashes`),
      onWarning: message => this.noteWarning(message),
    })
    this.onHangUp(() => void list.reload())
    return list
  }

  async #start(flags: ServerFlags, allow: AllowList | undefined): Promise<TrackerServer> {
    const [{ startTracker }, { trackerEventJson }, { jsonLine }] = await Promise.all([
      import('../lib/engine/tracker-server.ts'),
      import('../lib/ui/tracker-events.ts'),
      import('../lib/ui/json-line.ts'),
    ])
    const server = await startTracker({
      httpPort: flags['http-port'],
      udpPort: flags['udp-port'],
      host: flags.host,
      interval: flags.interval,
      allow,
      fullScrape: flags['full-scrape'],
      state: flags.state,
      limits: swarmLimits(flags),
      ...(this.json && { onEvent: event => this.tell(jsonLine(trackerEventJson(event))) }),
    })
    if (this.json) this.printJson({ event: 'listening', urls: server.urls })
    else for (const url of server.urls) this.print(`Listening on ${url}`)
    return server
  }

  async #statistics(server: TrackerServer, seconds: number): Promise<NodeJS.Timeout> {
    const [{ statsJson, statsLine }, { jsonLine }] = await Promise.all([
      import('../lib/ui/tracker-stats.ts'),
      import('../lib/ui/json-line.ts'),
    ])
    let before = server.stats()
    return setInterval(() => {
      const stats = server.stats()
      this.tell(this.json ? jsonLine(statsJson(stats, before, seconds)) : statsLine(stats, before, seconds))
      before = stats
    }, seconds * 1000)
  }

  #interruption(): Promise<void> {
    const signal = this.interrupted
    return new Promise(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
