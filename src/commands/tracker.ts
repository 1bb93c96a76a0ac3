import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'

/** Not registered with anybody, but what trackers have listened on since the first of them. */
const DEFAULT_PORT = 6969
const MAX_PORT = 65_535

export default class Tracker extends BtCommand {
  static override summary = 'Run a tracker, over HTTP and UDP, until interrupted.'
  static override description =
    'Prints "Listening on " and the announce URL of each. Peers are kept in memory only. With --json, one object a line: the URLs, then every announce, scrape and refusal.'
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
  }
  static override examples = [
    '<%= config.bin %> tracker',
    '<%= config.bin %> tracker --host 127.0.0.1 --http-port 0 --udp-port 0 --json',
  ]

  protected override async execute(): Promise<void> {
    const { flags } = await this.parse(Tracker)
    const [{ startTracker }, { trackerEventJson }] = await Promise.all([
      import('../lib/engine/tracker-server.ts'),
      import('../lib/ui/tracker-events.ts'),
    ])
    const server = await startTracker({
      httpPort: flags['http-port'],
      udpPort: flags['udp-port'],
      host: flags.host,
      interval: flags.interval,
      ...(this.json && { onEvent: event => this.printJson(trackerEventJson(event)) }),
    })
    try {
      if (this.json) this.printJson({ event: 'listening', urls: server.urls })
      else for (const url of server.urls) this.print(`Listening on ${url}`)
      await this.#interruption()
    } finally {
      await server.close()
    }
    this.interrupted.throwIfAborted()
  }

  #interruption(): Promise<void> {
    const signal = this.interrupted
    return new Promise(resolve => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}
