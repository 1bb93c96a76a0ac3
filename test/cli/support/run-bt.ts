// Runs the built `bt` as a user would, in a home of its own, so that no plugin or setting of this machine takes part.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const RUN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

export interface BtResult {
  readonly stdout: string
  readonly stderr: string
  /** Exit code. */
  readonly code: number | null
}

export interface BtOptions {
  readonly cwd?: string
  /** What stands on standard input; nothing by default. */
  readonly input?: string | Uint8Array
  /** How many the process may have (`ulimit -n`). */
  readonly descriptors?: number
  /** Root may write wherever it likes; with this, permissions hold for it too. */
  readonly obedient?: boolean
  /** Besides what every command gets. */
  readonly env?: Readonly<Record<string, string>>
}

/** A folder that is gone after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bt-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function bt(args: readonly string[], options: BtOptions = {}): Promise<BtResult> {
  return start(args, options).ended
}

/** The single JSON document on stdout. */
export async function btJson<T>(args: readonly string[], options: BtOptions = {}): Promise<T> {
  const { stdout } = await bt([...args, '--json'], options)
  return JSON.parse(stdout) as T
}

export class RunningBt {
  readonly ended: Promise<BtResult>
  readonly #child: ChildProcess
  readonly #stdout: Lines
  readonly #stderr: Lines

  constructor(child: ChildProcess) {
    this.#child = child
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('the child has no pipes')
    const [out, err] = [collect(stdout), collect(stderr)]
    this.ended = once(child, 'close').then(([code]: unknown[]) => ({
      stdout: Buffer.concat(out).toString(),
      stderr: Buffer.concat(err).toString(),
      code: typeof code === 'number' ? code : null,
    }))
    this.#stdout = new Lines(stdout, this.ended)
    this.#stderr = new Lines(stderr, this.ended)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The first line of stdout that fits; rejects where the command ends without one. */
  line(pattern: RegExp): Promise<string> {
    return this.#stdout.find(pattern)
  }

  /** The first line of stderr that fits; rejects where the command ends without one. */
  note(pattern: RegExp): Promise<string> {
    return this.#stderr.find(pattern)
  }

  signal(name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL'): void {
    this.#child.kill(name)
  }

  /** As Ctrl-C does. */
  interrupt(): Promise<BtResult> {
    this.signal('SIGINT')
    return this.ended
  }
}

/** The lines that a stream has brought so far, and those that are waited for. */
class Lines {
  readonly #lines: string[] = []
  readonly #waiting = new Set<() => void>()
  readonly #ended: Promise<BtResult>

  constructor(stream: NodeJS.ReadableStream, ended: Promise<BtResult>) {
    this.#ended = ended
    createInterface({ input: stream }).on('line', line => {
      this.#lines.push(line)
      for (const look of this.#waiting) look()
    })
  }

  find(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#lines.find(line => pattern.test(line))
        if (found === undefined) return
        this.#waiting.delete(look)
        resolve(found)
      }
      this.#waiting.add(look)
      look()
      void this.#ended.then(({ stdout, stderr }) =>
        reject(new Error(`bt ended without a line like ${pattern}: ${stderr || stdout}`)),
      )
    })
  }
}

/** For a command that runs until it is interrupted; ended with the test whatever happens. */
export function start(args: readonly string[], options: BtOptions = {}): RunningBt {
  const home = mkdtempSync(join(tmpdir(), 'bt-home-'))
  const [program = '', ...words] = limited([process.execPath, RUN, ...args], options)
  const child = spawn(program, words, {
    cwd: options.cwd ?? home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      NO_COLOR: '1',
      ...options.env,
    },
  })
  child.stdin.on('error', () => undefined) // a command need not read what it is given
  child.stdin.end(options.input)
  const running = new RunningBt(child)
  const ended = running.ended.then(() => rmSync(home, { recursive: true, force: true }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return running
}

function limited(command: readonly string[], { descriptors, obedient = false }: BtOptions): readonly string[] {
  if (obedient && process.getuid?.() === 0) {
    const dropped = '-dac_override,-dac_read_search'
    return ['setpriv', `--bounding-set=${dropped}`, `--inh-caps=${dropped}`, ...command]
  }
  if (descriptors === undefined) return command
  return ['sh', '-c', 'ulimit -n "$0" && exec "$@"', String(descriptors), ...command]
}

function collect(stream: NodeJS.ReadableStream): Buffer[] {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return chunks
}
