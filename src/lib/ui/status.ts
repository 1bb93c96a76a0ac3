// A few lines at the bottom of a terminal that are drawn again and again; what else is printed goes above them.
import { fit } from './fit.ts'

const CLEAR_BELOW = '\r\u001b[J'

export class Status {
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>
  #lines: readonly string[] = []

  constructor(stream: Pick<NodeJS.WriteStream, 'write' | 'columns'>) {
    this.#stream = stream
  }

  draw(lines: readonly string[]): void {
    const up = this.#rewind()
    this.#lines = lines
    // A line that wraps would put the next drawing in the wrong place.
    const text = lines.map(line => fit(line, this.#stream.columns - 1)).join('\n')
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
