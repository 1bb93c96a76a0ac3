// The two commands that others talk to, started and asked where they listen.
import { start, type BtOptions, type RunningBt } from './run-bt.ts'

export interface Seeder {
  readonly seed: RunningBt
  /** ip:port. */
  readonly address: string
}

/** `bt seed` on a free port of 127.0.0.1, after it has verified what it serves. */
export async function startSeed(args: readonly string[], options: BtOptions = {}): Promise<Seeder> {
  const seed = start(['seed', ...args, '--host', '127.0.0.1'], options)
  const line = await seed.line(/Listening on |"listening"/)
  return { seed, address: /127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '' }
}

export interface Tracker {
  readonly tracker: RunningBt
  readonly http: string
  readonly udp: string
}

/** `bt tracker` on free ports of 127.0.0.1; it prints JSON lines. */
export async function startTracker(): Promise<Tracker> {
  const tracker = start(['tracker', '--host', '127.0.0.1', '--http-port', '0', '--udp-port', '0', '--json'])
  const { urls } = JSON.parse(await tracker.line(/"listening"/)) as { urls: readonly string[] }
  const [http = '', udp = ''] = urls
  return { tracker, http, udp }
}
