import { describe, expect, it } from 'vitest'
import type { SharedBytes } from '../../src/lib/base/bytes.ts'
import { Scratch } from '../../src/lib/storage/scratch.ts'

describe('Scratch', () => {
  it('lends the same memory again, and lets wait who comes when its budget is in use', async () => {
    const scratch = new Scratch(2000)
    const seen = new Set<SharedArrayBuffer>()
    let [running, most] = [0, 0]
    const use = async (memory: SharedBytes): Promise<number> => {
      seen.add(memory.buffer)
      most = Math.max(most, ++running)
      await Promise.resolve()
      running--
      return memory.length
    }
    const lengths = await Promise.all(Array.from({ length: 9 }, () => scratch.use(1000, use)))
    expect(lengths).toEqual(Array.from({ length: 9 }, () => 1000))
    expect(most).toBe(2)
    expect(seen.size).toBe(2)
  })

  it('goes on after a failure, and does not lend that memory again', async () => {
    const scratch = new Scratch(1)
    let failed: SharedBytes | undefined
    const failing = scratch.use(10, memory => {
      failed = memory
      return Promise.reject(new Error('no'))
    })
    const last = scratch.use(10, memory => Promise.resolve(memory.buffer === failed?.buffer))
    await expect(failing).rejects.toThrow('no')
    expect(await last).toBe(false)
  })
})
