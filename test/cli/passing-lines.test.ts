import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { leftOutJson, leftOutText, MAX_UNREAD, PassingLines } from '../../src/cli/passing-lines.ts'

/** Takes nothing until it is told to take all that has been written. */
class Unread extends Writable {
  readonly lines: string[] = []
  #next: () => void = () => undefined
  #reads = false

  override _write(chunk: Buffer, _encoding: string, next: () => void): void {
    this.lines.push(chunk.toString().trimEnd())
    if (this.#reads) next()
    else this.#next = next
  }

  read(): void {
    this.#reads = true
    this.#next()
  }
}

const LONG = 'x'.repeat(MAX_UNREAD - 2)

it('are written as they come while no more than 4 MiB of them waits', () => {
  const output = new Unread()
  const lines = new PassingLines(output, leftOutText)
  lines.write(LONG)
  lines.write('at the limit')
  expect(output.writableLength).toBe(MAX_UNREAD - 1 + 'at the limit\n'.length)
  for (const line of ['past it', 'past it', 'past it']) lines.write(line)
  expect(output.writableLength).toBe(MAX_UNREAD - 1 + 'at the limit\n'.length)
})

it('are counted past that, and once all is read it is said how many were left out', async () => {
  const output = new Unread()
  const lines = new PassingLines(output, leftOutText)
  const fill = (): void => {
    for (let n = 0; n < 2; n++) lines.write(LONG)
  }
  fill()
  for (let n = 0; n < 1234; n++) lines.write('unread')
  output.read()
  await expect.poll(() => output.lines.slice(2)).toEqual(['1,234 lines were left out, as nobody read them'])
  lines.write('next')
  await expect.poll(() => output.lines.slice(3)).toEqual(['next'])
})

it('say so as an event among events', () => {
  expect(JSON.parse(leftOutJson(3))).toEqual({ event: 'leftOut', lines: 3 })
  expect(leftOutText(1)).toBe('1 line was left out, as nobody read them')
})
