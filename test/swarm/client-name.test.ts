import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { fromLatin1 } from '../../src/lib/base/bytes.ts'
import { clientName } from '../../src/lib/swarm/client-name.ts'

describe('clientName', () => {
  it.each([
    ['-LT20B0-abcdefghijkl', 'libtorrent 2.0.11'],
    ['-lt0D80-abcdefghijkl', 'rTorrent 0.13.8'],
    ['-TR3000-abcdefghijkl', 'Transmission 3.00'],
    ['-TR400Z-abcdefghijkl', 'Transmission 4.00'],
    ['-qB4650-abcdefghijkl', 'qBittorrent 4.6.5'],
    ['-tb0100-abcdefghijkl', 'bt 0.1'],
    ['-XX1234-abcdefghijkl', 'XX 1.2.3.4'],
    ['-XX1000-abcdefghijkl', 'XX 1.0'],
    ['A2-1-36-0-abcdefghij', 'aria2 1.36.0'],
    ['M7-11-0--abcdefghijk', 'BitTorrent 7.11.0'],
    ['exbc0000000000000000', 'unknown'],
    ['-LT20B0abcdefghijklm', 'unknown'],
    ['                    ', 'unknown'],
  ])('reads %s as %s', (id, name) => {
    expect(clientName(fromLatin1(id))).toBe(name)
  })

  it('gives a name to any 20 bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), id => clientName(id).length > 0))
  })
})
