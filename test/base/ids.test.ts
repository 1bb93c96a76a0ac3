import { expect, it } from 'vitest'
import { latin1 } from '../../src/lib/base/bytes.ts'
import { infoHash, makePeerId, peerId } from '../../src/lib/base/ids.ts'

it('makes peer ids of our prefix and 12 printable random characters', () => {
  const asked: number[] = []
  const id = makePeerId(length => {
    asked.push(length)
    return Uint8Array.from({ length }, (_, index) => index * 23)
  })
  expect(latin1(id)).toMatch(/^-tb0100-[0-9a-zA-Z]{12}$/)
  expect(asked).toEqual([12])
})

it.each([19, 21, 0])('takes no %s bytes for an id', length => {
  expect(() => peerId(new Uint8Array(length))).toThrow(/20 bytes/)
  expect(() => infoHash(new Uint8Array(length))).toThrow(/20 bytes/)
})
