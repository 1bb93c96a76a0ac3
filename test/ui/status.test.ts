import { describe, expect, test } from 'vitest'
import { Status } from '../../src/lib/ui/status.ts'

const ESCAPE = String.fromCharCode(27)

/** A terminal as far as `Status` uses one: what stands in its lines after all that was written. */
class Screen {
  readonly columns = 12
  lines: string[] = ['']
  #row = 0
  #column = 0

  write(text: string): boolean {
    for (const [part] of text.matchAll(new RegExp(`${ESCAPE}\\[[?0-9]*[A-Za-z]|[^]`, 'g'))) this.#put(part)
    return true
  }

  #put(part: string): void {
    if (part === '\r') this.#column = 0
    else if (part === '\n') {
      this.#row++
      this.#column = 0
      this.lines[this.#row] ??= ''
    } else if (/\[\d+A$/.test(part)) this.#row -= Number.parseInt(part.slice(2), 10)
    else if (part === `${ESCAPE}[J`) {
      this.lines.length = this.#row + 1
      this.lines[this.#row] = (this.lines[this.#row] ?? '').slice(0, this.#column)
    } else if (!part.startsWith(ESCAPE)) {
      const line = this.lines[this.#row] ?? ''
      this.lines[this.#row] = line.slice(0, this.#column) + part + line.slice(this.#column + 1)
      this.#column++
    }
  }
}

describe('lines at the bottom', () => {
  test('are drawn over the last ones, fewer and more', () => {
    const screen = new Screen()
    const status = new Status(screen)
    for (const lines of [['a long one', 'b'], ['c'], ['d', 'e', 'f']]) {
      status.draw(lines)
      expect(screen.lines).toEqual(lines)
    }
    status.clear()
    expect(screen.lines).toEqual([''])
  })

  test('stay below what else is printed', () => {
    const screen = new Screen()
    const status = new Status(screen)
    status.draw(['one', 'two'])
    status.above(() => screen.write('news\n'))
    expect(screen.lines).toEqual(['news', 'one', 'two'])
    status.draw(['three'])
    expect(screen.lines).toEqual(['news', 'three'])
  })

  test('are shortened to the width there is', () => {
    const screen = new Screen()
    new Status(screen).draw(['↑ 0 B/s  a long name.bin'])
    const [line = ''] = screen.lines
    expect(line.length).toBeLessThan(screen.columns)
    expect(line).toMatch(/^↑ 0.*…bin$|^↑ 0.*\.bin$/u)
  })

  test('write nothing where there is nothing', () => {
    const screen = new Screen()
    const status = new Status(screen)
    status.clear()
    status.above(() => screen.write('news\n'))
    expect(screen.lines).toEqual(['news', ''])
  })
})
