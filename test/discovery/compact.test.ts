import * as fc from 'fast-check'
import { isIP } from 'node:net'
import { describe, expect, it } from 'vitest'
import { decodeCompact, encodeCompact } from '../../src/lib/discovery/compact.ts'

describe('compact peers', () => {
  it('has 6 bytes for IPv4 (BEP 23)', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4, 0x1a, 0xe1, 255, 0, 255, 0, 0, 1)
    const peers = [
      { host: '1.2.3.4', port: 6881 },
      { host: '255.0.255.0', port: 1 },
    ]
    expect(decodeCompact(bytes, 4)).toEqual(peers)
    expect(encodeCompact(peers, 4)).toEqual(bytes)
  })

  it('has 18 bytes for IPv6 (BEP 7)', () => {
    const bytes = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff)
    const peers = [{ host: '2001:db8::1', port: 65_535 }]
    expect(decodeCompact(bytes, 6)).toEqual(peers)
    expect(encodeCompact(peers, 6)).toEqual(bytes)
  })

  it('writes IPv4 mapped into IPv6 as IPv4', () => {
    const bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1, 0, 80)
    expect(decodeCompact(bytes, 6)).toEqual([{ host: '10.0.0.1', port: 80 }])
  })

  it('leaves out port 0 on both ways', () => {
    expect(decodeCompact(Uint8Array.of(1, 2, 3, 4, 0, 0), 4)).toEqual([])
    expect(encodeCompact([{ host: '1.2.3.4', port: 0 }], 4)).toEqual(new Uint8Array())
  })

  it('encodes one family at a time and no names', () => {
    const mixed = ['1.2.3.4', '2001:db8::1', 'example.com'].map(host => ({ host, port: 1 }))
    expect(encodeCompact(mixed, 4)).toHaveLength(6)
    expect(encodeCompact(mixed, 6)).toHaveLength(18)
  })

  it('refuses a length that is no multiple of the entry', () => {
    expect(decodeCompact(new Uint8Array(7), 4)).toBeUndefined()
    expect(decodeCompact(new Uint8Array(6), 6)).toBeUndefined()
  })

  it('gives nothing but peers that can be dialled, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(4 as const, 6 as const), (bytes, family) => {
        const peers = decodeCompact(bytes, family)
        expect(peers === undefined).toBe(bytes.length % (family === 4 ? 6 : 18) !== 0)
        for (const { host, port } of peers ?? []) {
          expect(isIP(host)).not.toBe(0)
          expect(port).toBeGreaterThan(0)
        }
      }),
    )
  })

  it.each([4, 6] as const)('survives decoding and encoding, family %i', family => {
    const length = family === 4 ? 4 : 16
    const entry = fc.tuple(fc.uint8Array({ minLength: length, maxLength: length }), fc.integer({ min: 1, max: 65_535 }))
    fc.assert(
      fc.property(fc.array(entry), entries => {
        fc.pre(entries.every(([ip]) => family === 4 || ip[10] !== 0xff))
        const bytes = Uint8Array.from(entries.flatMap(([ip, port]) => [...ip, port >> 8, port & 0xff]))
        expect(encodeCompact(decodeCompact(bytes, family) ?? [], family)).toEqual(bytes)
      }),
    )
  })
})
