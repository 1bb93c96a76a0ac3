import { describe, expect, it } from 'vitest'
import { allowedFastSet } from '../../src/lib/swarm/fast-set.ts'
import { HASH } from '../wire/support.ts'

const IP = Uint8Array.of(80, 4, 4, 200)

describe('the allowed fast set', () => {
  it.each([
    [7, [1059, 431, 808, 1217, 287, 376, 1188]],
    [9, [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]],
  ])('of %i pieces is that of BEP 6', (size, pieces) => {
    expect([...allowedFastSet(IP, HASH, 1313, size)]).toEqual(pieces)
  })

  it('is one for a network, and leaves the address as it was', () => {
    const other = Uint8Array.of(80, 4, 4, 1)
    expect(allowedFastSet(other, HASH, 1313, 7)).toEqual(allowedFastSet(IP, HASH, 1313, 7))
    expect(other[3]).toBe(1)
    expect(allowedFastSet(Uint8Array.of(80, 4, 5, 200), HASH, 1313, 7)).not.toEqual(allowedFastSet(IP, HASH, 1313, 7))
  })

  it('is everything where the torrent has no more, and as large as asked where it hardly has more', () => {
    expect([...allowedFastSet(IP, HASH, 3, 5)]).toEqual([0, 1, 2])
    expect([...allowedFastSet(IP, HASH, 5, 5)]).toEqual([0, 1, 2, 3, 4])
    expect(allowedFastSet(IP, HASH, 6, 5).size).toBe(5)
    expect(allowedFastSet(IP, HASH, 0, 5).size).toBe(0)
  })
})
