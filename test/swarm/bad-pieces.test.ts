import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { BadPieces } from '../../src/lib/swarm/bad-pieces.ts'
import { MAX_BAD_BYTES } from '../../src/lib/swarm/limits.ts'
import { addressOf } from './support.ts'

const senderOf = (key: number) => ({ key, address: addressOf(key) })
const [A, B, C] = [senderOf(1), senderOf(2), senderOf(3)]
const LENGTH = 3 * BLOCK_LENGTH + 5

/** The right piece, but for these bytes. */
function piece(...wrong: readonly number[]): Uint8Array {
  const data = new Uint8Array(LENGTH).fill(7)
  for (const at of wrong) data[at] = 8
  return data
}

describe('BadPieces', () => {
  it('convicts who sent a block that differs, to its last byte, and nobody else', () => {
    const bad = new BadPieces()
    bad.keep(4, piece(BLOCK_LENGTH, LENGTH - 1), [A, B, A, C])
    expect(bad.convict(4, piece())).toEqual([B, C])
    expect(bad.convict(4, piece())).toEqual([])
  })

  it('convicts by all copies that were kept, each peer once', () => {
    const bad = new BadPieces()
    bad.keep(4, piece(0), [A, B, B, B])
    bad.keep(4, piece(0, LENGTH - 1), [A, B, B, C])
    bad.keep(5, piece(0), [B, B, B, B])
    expect(bad.convict(4, piece())).toEqual([A, C])
  })

  it('passes over blocks of which it is not known who sent them', () => {
    const bad = new BadPieces()
    bad.keep(4, piece(0, LENGTH - 1), [undefined, B, B, B])
    expect(bad.convict(4, piece())).toEqual([B])
  })

  it('keeps so many bytes, and always one piece', () => {
    const bad = new BadPieces()
    const large = new Uint8Array(MAX_BAD_BYTES + 1)
    expect(bad.keep(1, large, [])).toBe('kept')
    expect(bad.keep(2, piece(), [])).toBe('no room')
    bad.convict(1, large)
    expect(bad.keep(2, new Uint8Array(MAX_BAD_BYTES - LENGTH), [])).toBe('kept')
    expect(bad.keep(3, piece(), [])).toBe('kept')
    expect(bad.keep(4, piece(), [])).toBe('no room')
  })
})
