import { describe, expect, it } from 'vitest'
import { FileChanges } from '../../src/lib/storage/file-changes.ts'

const stamp = (size: number, mtime: number, ctime = mtime) => ({
  size,
  mtimeNs: BigInt(mtime),
  ctimeNs: BigInt(ctime),
})

describe('changes of files', () => {
  it('are what differs from the look before: size, time, or the time that none can set', () => {
    const changes = new FileChanges(2)
    changes.expect(0, stamp(5, 1))
    changes.seen(0, stamp(5, 1))
    expect(changes.total).toBe(0)
    for (const changed of [stamp(6, 1), stamp(6, 2), stamp(6, 2, 3)]) changes.seen(0, changed)
    expect([changes.of(0), changes.of(1), changes.total]).toEqual([3, 0, 3])
    changes.seen(0, stamp(6, 2, 3))
    expect(changes.total).toBe(3)
  })

  it('may go on without a sign for two minutes, unless bytes did not change by what the times say', () => {
    let now = 1_000
    const changes = new FileChanges(2, () => now)
    for (const file of [0, 1]) changes.expect(file, stamp(5, 1))
    changes.seen(0, stamp(5, 2))
    changes.seen(1, stamp(5, 1, 2))
    expect([changes.isSettled(0), changes.isSettled(1)]).toEqual([false, true])
    now += 119_999
    expect(changes.isSettled(0)).toBe(false)
    now++
    expect(changes.isSettled(0)).toBe(true)
    changes.seen(0, stamp(6, 2, 3))
    expect(changes.isSettled(0)).toBe(false)
  })

  it('are none where it is the first look', () => {
    const changes = new FileChanges(1)
    changes.seen(0, stamp(5, 1))
    changes.expect(0, stamp(5, 2))
    changes.seen(0, stamp(5, 1))
    expect(changes.total).toBe(0)
  })

  it('are not what we write ourselves, nor what can not be told from it', () => {
    const changes = new FileChanges(1)
    changes.expect(0, stamp(5, 1))
    changes.writing(0)
    changes.writing(0)
    changes.written(0, stamp(9, 2))
    changes.seen(0, stamp(9, 3))
    changes.written(0, stamp(9, 4))
    changes.seen(0, stamp(9, 4))
    expect(changes.total).toBe(0)
    changes.writing(0)
    changes.written(0, undefined)
    changes.seen(0, stamp(9, 5))
    expect(changes.total).toBe(1)
  })

  it('are what a write of ours finds, told once it is over, unless another of ours was under way meanwhile', () => {
    const changes = new FileChanges(3)
    for (const file of [0, 1, 2]) changes.expect(file, stamp(5, 1))
    const write = (file: number, before: number, meanwhile: () => void = () => undefined): void => {
      const turn = changes.writing(file)
      meanwhile()
      changes.written(file, stamp(5, 9), { stamp: stamp(5, before), turn })
    }
    write(0, 1)
    expect(changes.total).toBe(0)
    write(0, 8)
    expect(changes.of(0)).toBe(1)
    write(1, 8, () => write(1, 8))
    changes.writing(2)
    write(2, 8)
    changes.written(2, stamp(5, 9))
    expect(changes.total).toBe(1)
  })

  it('are not told by a look that takes its time where we have written since', () => {
    const changes = new FileChanges(4)
    for (const file of [0, 1, 2, 3]) changes.expect(file, stamp(5, 1))
    changes.writing(1)
    const seen = changes.seenLater()
    changes.written(1, stamp(5, 2))
    changes.writing(2)
    changes.written(2, stamp(5, 2))
    for (const file of [0, 1, 2]) seen(file, stamp(5, 1))
    seen(3, stamp(5, 9))
    expect([0, 1, 2, 3].map(file => changes.of(file))).toEqual([0, 0, 0, 1])
  })
})
