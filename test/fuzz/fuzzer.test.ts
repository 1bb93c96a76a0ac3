import { describe, expect, it } from 'vitest'
import { Fuzzer, type Found } from '../../fuzz/fuzzer.ts'
import { Failure, Judge } from '../../fuzz/judge.ts'
import { shrink } from '../../fuzz/shrink.ts'
import type { Target } from '../../fuzz/target.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { fromLatin1, latin1 } from '../../src/lib/base/bytes.ts'

/** What reads a number between brackets, and does with it what is to be found out. */
function planted(run: (value: number, input: Uint8Array) => string): Target {
  return {
    name: 'planted',
    promise: 'none',
    seeds: [fromLatin1('some [12] text')],
    throws: ['USAGE'],
    run(input) {
      const digits = /\[(\d+)\]/.exec(latin1(input))?.[1]
      return digits === undefined ? 'none' : run(Number(digits), input)
    },
  }
}

function search(target: Target, seed: number, executions = 20_000): Found | undefined {
  const fuzzer = new Fuzzer(target, seed)
  while (fuzzer.executions < executions) {
    const found = fuzzer.execute(fuzzer.next())
    if (found !== undefined) return found
  }
  return undefined
}

const overflowing = planted(value => {
  if (value > 65_535) throw new TypeError(`${value} does not fit`)
  return 'fits'
})

describe('the fuzzer', () => {
  it('finds a number that is too large, in the same execution whenever the seed is the same', () => {
    const found = search(overflowing, 7)
    expect(found?.failure.kind).toBe('TypeError: # does not fit')
    const again = search(overflowing, 7)
    expect([again?.execution, latin1(again?.input ?? new Uint8Array())]).toEqual([
      found?.execution,
      latin1(found?.input ?? new Uint8Array()),
    ])
  })

  it('makes what fails as short and plain as it goes', () => {
    const input = fromLatin1('before [987654321] after, and a lot more of it')
    const small = shrink(overflowing, input, 'TypeError: # does not fit')
    expect(latin1(small)).toMatch(/^\[\d{5}\]$/)
  })

  it('keeps inputs whose result is new, and gets deeper by them', () => {
    const stairs = planted((_, input) => {
      const depth = /^a?b?c?d?/.exec(latin1(input).slice(0, 4))?.[0].length ?? 0
      if (depth === 4) throw new Error('deep')
      return `depth ${depth}`
    })
    expect(search({ ...stairs, words: ['a', 'b', 'c', 'd'] }, 1, 100_000)?.failure.kind).toBe('Error: deep')
  })
})

describe('what counts as a failure', () => {
  const verdict = (run: () => string): string => {
    try {
      return new Judge(planted(run), 1).execute(fromLatin1('[1]'))
    } catch (error) {
      return error instanceof Failure ? `failed: ${error.kind}` : String(error)
    }
  }

  it('is any error but those that bad input may raise', () => {
    const raise = (error: Error) => (): string => {
      throw error
    }
    expect(verdict(raise(new BtError('USAGE', 'no such "thing"')))).toBe('USAGE: no such ""')
    expect(verdict(raise(new BtError('INTERNAL', 'oops')))).toBe('failed: INTERNAL: oops')
    expect(verdict(raise(new RangeError('oops')))).toBe('failed: RangeError: oops')
  })

  it('is memory out of proportion to the input, in array buffers and on the heap', () => {
    const kept: unknown[] = []
    expect(verdict(() => (kept.push(new Uint8Array(5_000_000)), 'ok'))).toMatch(/^failed: Error: more than # bytes/)
    expect(verdict(() => (kept.push(Array.from({ length: 4_000_000 }, (_, i) => i)), 'ok'))).toMatch(/^failed: /)
    expect(verdict(() => (kept.push(new Uint8Array(1_000_000)), 'ok'))).toBe('ok')
  })
})
