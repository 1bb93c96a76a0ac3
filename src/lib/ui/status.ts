// A few lines at the bottom of a terminal that are drawn again and again; what else is printed goes above them.

/** Longer lines are cut by the terminal instead of wrapped, which would put the next drawing in the wrong place. */
const WRAP_OFF = '\u001b[?7l'
const WRAP_ON = '\u001b[?7h'
const CLEAR_BELOW = '\r\u001b[J'

export class Status {
  readonly #stream: Pick<NodeJS.WriteStream, 'write'>
  #lines: readonly string[] = []

  constructor(stream: Pick<NodeJS.WriteStream, 'write'>) {
    this.#stream = stream
  }

  draw(lines: readonly string[]): void {
    const up = this.#rewind()
    this.#lines = lines
    const text = lines.length === 0 ? '' : `${WRAP_OFF}${lines.join('\n')}${WRAP_ON}`
    if (up + text !== '') this.#stream.write(up + text)
  }

  /** Prints something of its own, on either stream, with the lines below it. */
  above(print: () => void): void {
    const lines = this.#lines
    this.draw([])
    print()
    this.draw(lines)
  }

  /** Takes the lines off again. */
  clear(): void {
    this.draw([])
  }

  /** Back to the start of the first line. */
  #rewind(): string {
    if (this.#lines.length === 0) return ''
    const up = this.#lines.length - 1
    return (up === 0 ? '' : `\u001b[${up}A`) + CLEAR_BELOW
  }
}
