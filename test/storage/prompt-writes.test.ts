import { describe, expect, it } from 'vitest'
import { PromptWrites } from '../../src/lib/storage/prompt-writes.ts'

const MIB = 1_048_576

/** A disk that takes as long as it is told, and what was written how. */
function setUp() {
  const state = { now: 0, takes: 0, calls: new Array<string>() }
  const prompt = new PromptWrites(() => state.now)
  const transfer = (how: string) => () => (parts: readonly Uint8Array[]) => {
    state.calls.push(how)
    if (how === 'now') state.now += state.takes
    return Promise.resolve(parts.reduce((sum, part) => sum + part.length, 0))
  }
  const write = prompt.to(3, { now: transfer('now'), later: transfer('later') })
  return { state, write: (bytes: number) => write([new Uint8Array(bytes)], 0) }
}

describe('writes', () => {
  it('are done at once while they are quick, unless they are large', async () => {
    const { state, write } = setUp()
    state.takes = 30
    expect(await write(MIB)).toBe(MIB)
    await write(4 * MIB + 1)
    await write(10)
    expect(state.calls).toEqual(['now', 'later', 'now'])
  })

  it('are left to threads for a while after one that took long, and longer after the next', async () => {
    const { state, write } = setUp()
    state.takes = 50
    for (const [wait, how] of [
      [0, 'now'],
      [0, 'later'],
      [9999, 'later'],
      [1, 'now'],
      [10_000, 'later'],
      [9_999, 'later'],
      [1, 'now'],
    ] as const) {
      state.now += wait
      state.calls.length = 0
      await write(MIB)
      expect(state.calls).toEqual([how])
    }
  })

  it('are forgiven one that took long once they have been quick for as long as the pause was', async () => {
    const { state, write } = setUp()
    for (const [takes, wait, how] of [
      [50, 0, 'now'],
      [0, 10_000, 'now'],
      [0, 10_000, 'now'],
      [50, 0, 'now'],
      [0, 9_999, 'later'],
      [0, 1, 'now'],
    ] as const) {
      state.takes = takes
      state.now += wait
      state.calls.length = 0
      await write(MIB)
      expect(state.calls).toEqual([how])
    }
  })
})
