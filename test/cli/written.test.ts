import { Writable } from 'node:stream'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { UNREAD_TIME, writtenTo } from '../../src/cli/written.ts'

beforeEach(() => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
})

/** Has three chunks to take, each when `read` is called. */
function unread(): { output: Writable; read: () => void } {
  let read = (): void => undefined
  const output = new Writable({
    write: (_chunk, _encoding, next) => {
      read = next
    },
  })
  for (const chunk of ['a', 'b', 'c']) output.write(chunk)
  return { output, read: () => read() }
}

/** Whether it ends in so many times UNREAD_TIME. */
async function endsIn(times: number, waiting: Promise<void>): Promise<boolean> {
  let ended = false
  void waiting.finally(() => {
    ended = true
  })
  await vi.advanceTimersByTimeAsync(times * UNREAD_TIME)
  return ended
}

it('a reader is waited for, however long it takes', async () => {
  const { output, read } = unread()
  const waiting = writtenTo(output, false)
  expect(await endsIn(1000, waiting)).toBe(false)
  for (let n = 0; n < 4; n++) read()
  await waiting
})

it('once the user wants out, for as long as it reads something every two seconds', async () => {
  const { output, read } = unread()
  const waiting = writtenTo(output, true)
  for (let n = 0; n < 2; n++) {
    read()
    expect(await endsIn(1, waiting)).toBe(false)
  }
  expect(await endsIn(1, waiting)).toBe(true)
})
