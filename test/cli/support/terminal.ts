// `bt` on a terminal of its own, which util-linux's `script` gives it.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { tempFolder } from './run-bt.ts'

const RUN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** Whether there is a `script` here. */
export const hasTerminal: boolean = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0
export const CTRL_C: string = String.fromCharCode(3)
export const CTRL_Z: string = String.fromCharCode(26)

export interface Look {
  readonly columns: number
  readonly noColor?: boolean
}

/** The command line's words may hold no quotes. */
export class Terminal {
  readonly ended: Promise<number | null>
  drawn = ''
  readonly #child: ChildProcess
  #onDrawn = (): void => undefined

  constructor(args: readonly string[], { columns, noColor = false }: Look) {
    const words = [process.execPath, RUN, ...args].map(word => `'${word}'`).join(' ')
    this.#child = spawn('script', ['-qec', `stty cols ${columns} rows 30; exec ${words}`, '/dev/null'], {
      env: { PATH: process.env['PATH'], HOME: tempFolder(), TERM: 'xterm', ...(noColor && { NO_COLOR: '1' }) },
    })
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.drawn += text
      this.#onDrawn()
    })
    this.ended = once(this.#child, 'close').then(([code]: unknown[]) => (typeof code === 'number' ? code : null))
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  /** Resolves once something that fits was drawn; rejects where the command ends without. */
  async shows(pattern: RegExp): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(this.drawn)) resolve()
      }
      this.#onDrawn = look
      look()
      void this.ended.then(() => reject(new Error(`nothing like ${pattern} was drawn: ${this.drawn}`)))
    })
  }

  /** The process of `bt` itself. Linux only. */
  get pid(): number {
    const pid = this.#child.pid ?? 0
    return Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10)
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys)
  }
}
