import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c, peerPriority } from '../../src/lib/discovery/peer-priority.ts'

const priority = (a: string, b: string, ports = [1234, 300]): number | undefined =>
  peerPriority({ host: a, port: ports[0] ?? 0 }, { host: b, port: ports[1] ?? 0 })
const crcOf = (hex: string): number => crc32c(new Uint8Array(Buffer.from(hex, 'hex')))

describe('crc32c', () => {
  it('is that of RFC 3720, B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd_794e)
  })
})

describe('the priority of two peers (BEP 40)', () => {
  it.each([
    ['98.76.54.32', 0xec2d_7224],
    ['123.213.32.234', 0x9956_8189],
  ])('of 123.213.32.10 and %s is that of BEP 40', (host, expected) => {
    expect(priority('123.213.32.10', host)).toBe(expected)
  })

  it.each([
    ['one address: the ports', '230.12.123.3', '230.12.123.3', '012c04d2'],
    ['a /24: all of the addresses', '230.12.123.1', '230.12.123.3', 'e60c7b01e60c7b03'],
    ['a /16: but for the last byte', '230.12.23.1', '230.12.123.3', 'e60c1701e60c7b01'],
    ['nothing: but for the last two', '230.120.23.1', '230.12.123.3', 'e60c5101e6781501'],
    ['one IPv6 address: the ports', '2001:db8::1', '2001:db8::1', '012c04d2'],
    [
      'less than a /48: but for all after it',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'ffff:0fff:ffff:ffff:ffff:ffff:ffff:ffff',
      'ffff0fffffff55555555555555555555ffffffffffff55555555555555555555',
    ],
    [
      'a /48: but for all after the /56',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'ffff:ffff:ffff:0fff:ffff:ffff:ffff:ffff',
      'ffffffffffff0f555555555555555555ffffffffffffff555555555555555555',
    ],
    [
      'a /56: but for all after the /64',
      'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
      'ffff:ffff:ffff:ff0f:ffff:ffff:ffff:ffff',
      'ffffffffffffff0f5555555555555555ffffffffffffffff5555555555555555',
    ],
  ])('that share %s', (_, a, b, hashed) => {
    expect(priority(a, b)).toBe(crcOf(hashed))
  })

  it('is not there across families, nor for a name', () => {
    expect(priority('1.2.3.4', '2001:db8::1')).toBeUndefined()
    expect(priority('1.2.3.4', 'peer.example')).toBeUndefined()
  })

  it('takes IPv4 mapped into IPv6 for what it is', () => {
    expect(priority('::ffff:123.213.32.10', '98.76.54.32')).toBe(0xec2d_7224)
  })

  it('is the same from both sides', () => {
    const host = fc.oneof(fc.ipV4(), fc.ipV6())
    const port = fc.integer({ min: 1, max: 65_535 })
    fc.assert(
      fc.property(host, host, port, port, (a, b, p, q) => {
        expect(priority(a, b, [p, q])).toBe(priority(b, a, [q, p]))
      }),
    )
  })
})
