import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import {
  decodeHandshake,
  encodeHandshake,
  HANDSHAKE_LENGTH,
  HandshakeReader,
  reservedBytes,
  supportsDht,
  supportsExtended,
  supportsFast,
} from '../../src/lib/wire/handshake.ts'
import { handshake, HASH, THEIRS } from './support.ts'

const shake = { infoHash: HASH, peerId: THEIRS, reserved: reservedBytes({ extended: true }) }

describe('handshake', () => {
  it('is 68 bytes: 19, the protocol string, reserved, info-hash, peer id', () => {
    const encoded = encodeHandshake(shake)
    expect(encoded).toHaveLength(HANDSHAKE_LENGTH)
    expect(hex(encoded)).toBe(hex(handshake()))
  })

  it('decodes into copies', () => {
    const wire = handshake()
    const decoded = decodeHandshake(wire)
    wire.fill(0)
    expect(decoded).toEqual(shake)
  })

  it('is nothing with another protocol string or too few bytes', () => {
    const wire = handshake()
    wire[19] = 0x4c
    expect(decodeHandshake(wire)).toBeUndefined()
    expect(decodeHandshake(handshake().subarray(0, 67))).toBeUndefined()
  })

  it('refuses to encode reserved bytes of the wrong length', () => {
    expect(() => encodeHandshake({ ...shake, reserved: new Uint8Array(7) })).toThrow(/8 reserved bytes, not 7/)
  })
})

describe('reserved bytes', () => {
  it('have one bit a feature', () => {
    expect(hex(reservedBytes({ extended: true }))).toBe('0000000000100000')
    expect(hex(reservedBytes({ fast: true }))).toBe('0000000000000004')
    expect(hex(reservedBytes({ dht: true, fast: false }))).toBe('0000000000000001')
    expect(hex(reservedBytes({}))).toBe('0000000000000000')
  })

  it.each([
    [supportsExtended, { extended: true }, { fast: true, dht: true }],
    [supportsFast, { fast: true }, { extended: true, dht: true }],
    [supportsDht, { dht: true }, { extended: true, fast: true }],
  ] as const)('%o reads its own bit only', (supports, own, others) => {
    expect(supports(reservedBytes(own))).toBe(true)
    expect(supports(reservedBytes(others))).toBe(false)
  })
})

describe('HandshakeReader', () => {
  it('reads any handshake in any chunks, and it encodes to the same bytes', () => {
    const bytes20 = fc.uint8Array({ minLength: 20, maxLength: 20 })
    const reserved = fc.uint8Array({ minLength: 8, maxLength: 8 })
    fc.assert(
      fc.property(bytes20, bytes20, reserved, fc.array(fc.integer({ min: 1, max: 70 })), (hash, id, bits, sizes) => {
        const wire = Uint8Array.of(...handshake(hash, id).subarray(0, 20), ...bits, ...hash, ...id, 1, 2, 3)
        const reader = new HandshakeReader()
        let at = 0
        for (const size of [...sizes, wire.length]) at += reader.take(wire.subarray(at, at + size))
        const read = reader.read()
        expect(at).toBe(HANDSHAKE_LENGTH)
        expect(typeof read === 'string' ? read : encodeHandshake(read)).toEqual(wire.subarray(0, HANDSHAKE_LENGTH))
      }),
    )
  })

  it('takes 68 bytes in any pieces and leaves the rest', () => {
    const wire = new Uint8Array([...handshake(), 9, 9, 9])
    const reader = new HandshakeReader()
    expect(reader.take(wire.subarray(0, 1))).toBe(1)
    expect(reader.read()).toBe('incomplete')
    expect(reader.take(wire.subarray(1))).toBe(67)
    expect(reader.read()).toEqual(shake)
  })

  it('notices another protocol at its first wrong byte', () => {
    const reader = new HandshakeReader()
    reader.take(Uint8Array.of(19, 0x42))
    expect(reader.read()).toBe('incomplete')
    reader.take(Uint8Array.of(0x69 + 1))
    expect(reader.read()).toBe('wrong-protocol')
  })
})
