// Lines that tell what happens while it happens: a log, and the events of a command that goes on. Others decide how many there
// are, so where nobody reads them they are counted instead of kept. What is a result goes another way, and is never left out.
import type { Writable } from 'node:stream'
import { jsonLine } from '../lib/ui/json-line.ts'

/** Bytes that wait to be read, beyond which lines are left out until all of them are. */
export const MAX_UNREAD = 4_194_304

type Output = Pick<Writable, 'write' | 'writableLength' | 'once'>

export class PassingLines {
  readonly #output: Output
  readonly #leftOutLine: (lines: number) => string
  /** Lines left out since the output was full, which is said where they would have been; 0: it is not full. */
  #leftOut = 0

  /** @param leftOutLine says that so many were. */
  constructor(output: Output, leftOutLine: (lines: number) => string) {
    this.#output = output
    this.#leftOutLine = leftOutLine
  }

  write(line: string): void {
    if (this.#leftOut === 0 && this.#output.writableLength <= MAX_UNREAD) {
      this.#output.write(`${line}\n`)
      return
    }
    if (this.#leftOut++ === 0) this.#output.once('drain', () => this.#resume())
  }

  #resume(): void {
    const lines = this.#leftOut
    this.#leftOut = 0
    this.#output.write(`${this.#leftOutLine(lines)}\n`)
  }
}

export function leftOutText(lines: number): string {
  return `${lines.toLocaleString('en-US')} line${lines === 1 ? ' was' : 's were'} left out, as nobody read them`
}

/** One event of the others. */
export function leftOutJson(lines: number): string {
  return jsonLine({ event: 'leftOut', lines })
}
