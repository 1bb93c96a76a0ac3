import { describe, expect, test } from 'vitest'
import { progressBar } from '../../src/lib/ui/progress-bar.ts'

function stream(isTTY: boolean): { isTTY: boolean; written: string; write: (text: string | Uint8Array) => boolean } {
  return {
    isTTY,
    written: '',
    write(text) {
      this.written += String(text)
      return true
    },
  }
}

const REWIND = '\r\u001b[K'

describe('progressBar', () => {
  test('draws on one line of a terminal and takes it off again', () => {
    const out = stream(true)
    const bar = progressBar(out, 'hashing')
    bar.update(1, 4)
    expect(out.written.startsWith(REWIND)).toBe(true)
    expect(out.written.slice(REWIND.length)).toMatch(/^hashing █+░+ 25\.0 %$/)
    bar.clear()
    expect(out.written.endsWith(REWIND)).toBe(true)
    expect(out.written).not.toContain('\n')
  })

  test('does not draw faster than anybody can see', () => {
    const out = stream(true)
    const bar = progressBar(out, 'hashing')
    for (let i = 0; i < 1000; i++) bar.update(i, 1_000_000)
    expect(out.written.split('\r').length).toBeLessThan(500)
  })

  test('writes nothing where there is no terminal, nor where nothing was drawn', () => {
    const pipe = stream(false)
    const bar = progressBar(pipe, 'hashing')
    bar.update(1, 4)
    bar.clear()
    expect(pipe.written).toBe('')
    const terminal = stream(true)
    progressBar(terminal, 'hashing').clear()
    expect(terminal.written).toBe('')
  })
})
