import { expect, it } from 'vitest'
import { shareDescriptors } from '../../src/lib/engine/descriptors.ts'

it.each([
  [64, 32, 16],
  [511, 255, 127],
  [512, 320, undefined],
  [1024, 832, undefined],
  [Infinity, Infinity, undefined],
])('of %d descriptors, connections get %d', (limit, sockets, files) => {
  expect(shareDescriptors(limit)).toEqual({ sockets, files })
})
