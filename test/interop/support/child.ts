/** A process that a test started: all it printed is kept, and what it prints or how it ends can be awaited. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

/** How long one step may take before the test fails, in milliseconds. Long: it ends a hang, it measures nothing. */
export const PATIENCE = 60_000
/** How long a process may take to say goodbye before it is killed, in milliseconds. */
const GRACE = 5_000
/** How much of what a process printed goes into a failure's message, in characters. */
const TAIL = 3_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class Child {
  readonly title: string
  stdout = ''
  stderr = ''
  #exit: Exit | undefined
  readonly #process: ChildProcess
  readonly #listeners = new Set<() => void>()

  /** `child` is the one that enters the namespace; the program is that one's only child. */
  constructor(child: ChildProcess, title: string) {
    this.#process = child
    this.title = title
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      this.#changed()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#changed()
    })
    child.on('error', error => {
      this.stderr += `${error.message}\n`
      this.#ended({ code: null, signal: null })
    })
    child.on('close', (code: number | null, signal: NodeJS.Signals | null) => this.#ended({ code, signal }))
  }

  /** Resolves with the first line of either output that `pattern` matches, printed already or still to come. */
  async line(pattern: RegExp, patience = PATIENCE): Promise<RegExpExecArray> {
    return await this.until(() => this.#match(pattern), `prints ${pattern}`, patience)
  }

  async exit(patience = PATIENCE): Promise<Exit> {
    return await this.until(() => this.#exit, 'ends', patience)
  }

  /** Resolves when the program ended with 0; anything else is an error that shows what it printed. */
  async success(patience = PATIENCE): Promise<void> {
    const { code, signal } = await this.exit(patience)
    if (code !== 0) throw new Error(`It ended with ${code ?? signal ?? 'no program'}.\n${this.report()}`)
  }

  /** Sends one signal to the program itself, so that its own exit code is the one seen. */
  signal(name: NodeJS.Signals): void {
    const entrant = this.#process.pid
    if (entrant === undefined || this.#exit !== undefined) return
    try {
      const program = Number.parseInt(readFileSync(`/proc/${entrant}/task/${entrant}/children`, 'utf8'), 10)
      process.kill(Number.isNaN(program) ? entrant : program, name)
    } catch {
      // It ended between the question and the signal: nothing is left to signal.
    }
  }

  /** Asks the program to end, and makes it end. Safe to call at any time, twice too. */
  async stop(): Promise<void> {
    if (this.#exit !== undefined) return
    this.signal('SIGTERM')
    try {
      await this.exit(GRACE)
    } catch {
      this.signal('SIGKILL')
      await this.exit(GRACE)
    }
  }

  /** The command line and the end of what it printed, for a failure's message. */
  report(): string {
    const state = this.#exit === undefined ? 'running' : `ended with ${this.#exit.code ?? this.#exit.signal ?? '?'}`
    const streams = [
      ['stdout', this.stdout],
      ['stderr', this.stderr],
    ] as const
    const printed = streams
      .filter(([, text]) => text !== '')
      .map(
        ([name, text]) => `  ${name}: ${text.replaceAll('\r', '\n').slice(-TAIL).trimEnd().replaceAll('\n', '\n    ')}`,
      )
    return [`$ ${this.title} [${state}]`, ...printed].join('\n')
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    for (const line of [this.stdout, this.stderr].join('\n').split(/[\r\n]+/u)) {
      const match = pattern.exec(line)
      if (match !== null) return match
    }
    return undefined
  }

  /** Resolves with what `probe` finds, asked again after everything the program prints and when it has ended. */
  async until<T>(probe: () => T | undefined, what: string, patience: number): Promise<T> {
    const { promise, resolve, reject } = deferred<T>()
    const check = (): void => {
      const found = probe()
      if (found !== undefined) resolve(found)
      else if (this.#exit !== undefined) reject(new Error(`It ended before it ${what}.\n${this.report()}`))
    }
    const late = (): void => reject(new Error(`It took more than ${patience} ms until it ${what}.\n${this.report()}`))
    const timer = setTimeout(late, patience)
    this.#listeners.add(check)
    check()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#listeners.delete(check)
    }
  }

  #ended(exit: Exit): void {
    this.#exit ??= exit
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/** Resolves when a process that nobody listens to has gone. */
export async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
