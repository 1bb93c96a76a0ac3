import { createHash } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sharedBytes } from '../../src/lib/base/bytes.ts'
import { keepPiece } from '../../src/lib/engine/keep-piece.ts'
import type { Content } from '../../src/lib/engine/content.ts'
import type { Kept } from '../../src/lib/storage/content-file.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'

const data = sharedBytes(100)
const hash = createHash('sha1').update(data).digest()

/** @param joint what a thread that hashes and writes would say; undefined: the content knows no such thread. */
function setUp(joint: Kept | undefined) {
  const written: number[] = []
  const content: Content = {
    readInto: () => Promise.resolve(),
    write: offset => Promise.resolve(void written.push(offset)),
    ...(joint && { keep: () => Promise.resolve(joint) }),
  }
  const hasher = new Hasher()
  onTestFinished(() => hasher.close())
  const keep = (hash: Uint8Array) => keepPiece(content, hasher, { offset: 7, data, hash })
  return { written, keep }
}

describe('keepPiece', () => {
  it.each([undefined, 'left'] as const)(
    'hashes the piece and writes what is right, where a thread does neither (%s)',
    async joint => {
      const { written, keep } = setUp(joint)
      expect(await keep(new Uint8Array(20))).toBe('wrong')
      expect(written).toEqual([])
      expect(await keep(hash)).toBe('kept')
      expect(written).toEqual([7])
    },
  )

  it.each(['kept', 'wrong'] as const)('leaves it at what a thread did (%s)', async joint => {
    const { written, keep } = setUp(joint)
    expect(await keep(hash)).toBe(joint)
    expect(written).toEqual([])
  })
})
