import { describe, expect, it } from 'vitest'
import { Gather } from '../../src/lib/wire/gather.ts'
import { bytes, pattern } from './support.ts'

describe('Gather', () => {
  it('puts parts together and starts afresh', () => {
    const gather = new Gather()
    gather.append(bytes('ab'), 3)
    gather.append(bytes('c'), 3)
    const first = gather.take()
    gather.append(bytes('d'), 1)
    expect([first, gather.take(), gather.length]).toEqual([bytes('abc'), bytes('d'), 0])
  })

  it('allocates for what has come, not for what was announced', () => {
    const gather = new Gather()
    gather.append(pattern(10), 512_000)
    expect(gather.take().buffer.byteLength).toBe(16_384)
    for (let i = 0; i < 20; i++) gather.append(pattern(1_000), 512_000)
    expect(gather.take().buffer.byteLength).toBe(32_768)
    gather.append(pattern(10), 40)
    expect(gather.take().buffer.byteLength).toBe(40)
  })
})
