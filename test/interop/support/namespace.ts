/**
 * A network (and process) namespace of a test's own: whatever runs in it reaches nothing outside, and ends with it.
 * One process holds it, the first of the process namespace: when its standard input closes, be it because the test
 * closed it or because the test itself was killed, it ends, and the kernel ends everything else inside.
 */
import { spawn, spawnSync, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { Child, gone } from './child.ts'

/** Where the trackers and `bt` live. The second address, because Transmission drops a tracker's 127.0.0.1 peers. */
export const HERE = '10.77.0.1'
const SUBNET = '10.77.0'
/** Below the ephemeral ports, so that no outgoing connection can hold one of these. */
const FIRST_PORT = 20_000
/** On `lo` the whole subnet is local: every one of its addresses can be bound. */
const SET_UP = `ip link set lo up && ip addr add ${HERE}/24 dev lo && echo ready && exec cat`
const OURS = ['--net', '--pid', '--fork', '--kill-child']
/** Without root: in a user namespace, there as the same user as here, since opentracker refuses to run as root. */
const AS_USER = ['--map-current-user', '--keep-caps', ...OURS]

/** The arguments of `unshare` that work here (root, or a user namespace), or nothing when none do. */
export function wayIn(): readonly string[] | undefined {
  return [OURS, AS_USER].find(way => spawnSync('unshare', [...way, 'sh', '-c', SET_UP], { input: '' }).status === 0)
}

/** Nothing of the machine's own settings: no proxy, and file names are UTF-8 for every client. */
const ENVIRONMENT = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], LC_ALL: 'C.UTF-8' }

export interface SpawnOptions {
  readonly cwd?: string
  /** Besides the few variables that all programs get. */
  readonly env?: NodeJS.ProcessEnv
}

export class Namespace {
  readonly #holder: ChildProcess
  /** The arguments of `nsenter`. */
  readonly #doors: readonly string[]
  readonly #children: Child[] = []
  #ports = FIRST_PORT
  #hosts = 1

  private constructor(holder: ChildProcess, asUser: boolean) {
    this.#holder = holder
    const of = `/proc/${holder.pid ?? 0}/ns`
    const user = asUser ? [`--user=${of}/user`, '--preserve-credentials'] : []
    this.#doors = [...user, `--net=${of}/net`, `--pid=${of}/pid_for_children`, '--']
  }

  static async open(): Promise<Namespace> {
    const way = wayIn()
    if (way === undefined)
      throw new Error('unshare cannot make a network namespace here: it takes root or user namespaces')
    const holder = spawn('unshare', [...way, 'sh', '-c', SET_UP], { stdio: ['pipe', 'pipe', 'pipe'] })
    await firstOutput(holder)
    return new Namespace(holder, way === AS_USER)
  }

  /** A port nobody has: the namespace is ours alone, so the next one is free. */
  freePort(): number {
    return this.#ports++
  }

  /** An address nobody has. Transmission knows a peer by its address alone, so clients must not share one with it. */
  freeHost(): string {
    this.#hosts += 1
    return `${SUBNET}.${this.#hosts}`
  }

  /** Starts `program` inside. */
  spawn(program: string, args: readonly string[], options: SpawnOptions = {}): Child {
    const entrant = spawn('nsenter', [...this.#doors, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...ENVIRONMENT, ...options.env },
    })
    const child = new Child(entrant, [program, ...args].join(' '))
    this.#children.push(child)
    return child
  }

  /** What ran here and what it printed. */
  report(): string {
    return this.#children.map(child => child.report()).join('\n\n')
  }

  async close(): Promise<void> {
    this.#holder.stdin?.end()
    await gone(this.#holder)
    await Promise.all(this.#children.map(child => child.exit()))
  }
}

async function firstOutput(holder: ChildProcessWithoutNullStreams): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve())
    holder.once('error', reject)
    holder.once('exit', () => reject(new Error('the namespace ended before it was ready')))
  })
}
