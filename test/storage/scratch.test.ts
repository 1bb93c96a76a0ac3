import { describe, expect, it } from 'vitest'
import type { OwnedBytes } from '../../src/lib/base/bytes.ts'
import { Scratch } from '../../src/lib/storage/scratch.ts'

describe('Scratch', () => {
  it('lends the same memory again, and lets wait who comes when its budget is in use', async () => {
    const scratch = new Scratch(2000)
    const seen = new Set<ArrayBuffer>()
    let [running, most] = [0, 0]
    const use = async (memory: OwnedBytes): Promise<readonly [number, OwnedBytes]> => {
      seen.add(memory.buffer)
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      return [memory.length, memory]
    }
    const lengths = await Promise.all(Array.from({ length: 9 }, () => scratch.use(1000, use)))
    expect(lengths).toEqual(Array.from({ length: 9 }, () => 1000))
    expect(most).toBe(2)
    expect(seen.size).toBe(2)
  })

  it('goes on after a failure and after memory that was lost', async () => {
    const scratch = new Scratch(1)
    const failing = scratch.use(10, () => Promise.reject(new Error('no')))
    const losing = scratch.use(10, () => Promise.resolve(['lost', undefined] as const))
    const last = scratch.use(10, memory => Promise.resolve(['done', memory] as const))
    await expect(failing).rejects.toThrow('no')
    expect(await Promise.all([losing, last])).toEqual(['lost', 'done'])
  })
})
