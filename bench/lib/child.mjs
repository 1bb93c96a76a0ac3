// A process that is measured: CPU seconds and peak memory, what it prints, and a limit on its time.
import { spawn } from 'node:child_process'
import { cpuSeconds, peakMemory } from './proc.mjs'

/** Milliseconds between looks at the peak of the memory. */
const MEMORY_LOOK = 50
/** How much of what it printed goes into a failure's message, in characters. */
const TAIL = 2_000
/** Starts the program, says its id, and at its end the CPU time that it took: Node does not tell what a child used. */
const WRAPPER = '"$@" 3>&- & echo "pid $!" >&3; wait $!; code=$?; times >&3; exit $code'

/** @type {Set<Child>} */
const alive = new Set()

export class Child {
  #process
  #pid
  #peak = 0
  #printed = ''
  #third = ''
  #exit
  #waiting = new Set()
  #timers = []

  /** @param {{ program: string, args: string[], env: NodeJS.ProcessEnv, cwd: string, limit: number }} what limit: seconds */
  constructor({ program, args, env, cwd, limit }) {
    this.title = [program, ...args].join(' ')
    this.#process = spawn('sh', ['-c', WRAPPER, 'sh', program, ...args], {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    alive.add(this)
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', text => this.#print(text))
    }
    this.#process.stdio[3].setEncoding('utf8').on('data', text => this.#report(text))
    this.#process.on('error', error => this.#ended(error.message))
    this.#process.on('close', code => this.#ended(code))
    this.#timers.push(
      setInterval(() => this.#look(), MEMORY_LOOK),
      setTimeout(() => this.#late(limit), limit * 1000),
    )
  }

  /** Resolves with the first match in what it prints, on either stream. */
  async line(pattern) {
    return await this.until(printed => pattern.exec(printed) ?? undefined, `printed ${pattern}`)
  }

  /** Resolves with what `probe` finds in all that was printed. */
  async until(probe, what) {
    return await this.#until(() => probe(this.#printed), what)
  }

  /** Resolves when it has ended with 0. */
  async success() {
    const code = await this.#until(() => this.#exit, 'ended')
    if (code !== 0) throw new Error(`it ended with ${code}\n${this.report()}`)
  }

  get pid() {
    return this.#pid
  }

  get ended() {
    return this.#exit !== undefined
  }

  /** CPU seconds, user and system, until now or until its end. */
  cpu() {
    if (this.#exit === undefined) return cpuSeconds(this.#pid)
    const [minutes, seconds, more, rest] = /\n(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/
      .exec(this.#third)
      .slice(1)
      .map(Number)
    return (minutes + more) * 60 + seconds + rest
  }

  /** The most resident memory that it had at a time, in bytes. */
  peak() {
    this.#look()
    return this.#peak
  }

  signal(name) {
    if (this.#exit !== undefined || this.#pid === undefined) return
    try {
      process.kill(this.#pid, name)
    } catch {
      // It ended between the question and the signal.
    }
  }

  /** Ends it at once: nothing that it might still save is wanted. Safe to call at any time, twice too. */
  async stop() {
    if (this.#exit !== undefined) return
    this.signal('SIGKILL')
    await this.#until(() => this.#exit, 'ended')
  }

  report() {
    return `$ ${this.title}\n${this.#printed.replaceAll('\r', '\n').slice(-TAIL)}`
  }

  #print(text) {
    this.#printed += text
    this.#changed()
  }

  #report(text) {
    this.#third += text
    const [, pid] = /^pid (\d+)$/m.exec(this.#third) ?? []
    if (pid !== undefined) this.#pid = Number(pid)
  }

  #look() {
    if (this.#pid !== undefined) this.#peak = Math.max(this.#peak, peakMemory(this.#pid) ?? 0)
  }

  #late(limit) {
    this.#print(`\nbench: killed after ${limit} s\n`)
    this.signal('SIGKILL')
  }

  #ended(code) {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#exit ??= code
    alive.delete(this)
    this.#changed()
  }

  #changed() {
    for (const look of this.#waiting) look()
  }

  /** Resolves with what `probe` finds, asked again whenever something was printed and at the end. */
  async #until(probe, what) {
    let look
    try {
      return await new Promise((resolve, reject) => {
        look = () => {
          const found = probe()
          if (found !== undefined) resolve(found)
          else if (this.#exit !== undefined) reject(new Error(`it ended before it ${what}\n${this.report()}`))
        }
        this.#waiting.add(look)
        look()
      })
    } finally {
      this.#waiting.delete(look)
    }
  }
}

/** Ends all that still runs: after an interruption, or an error that left something behind. */
export async function endEverything() {
  await Promise.all([...alive].map(child => child.stop()))
}
