import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { encodeResume, parseResume, type ResumeRecord } from '../../src/lib/storage/resume-record.ts'

const stamps = fc.record({
  size: fc.maxSafeNat(),
  mtimeNs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
})
const files = fc.record({
  place: fc.constantFrom('own' as const, 'parts' as const, 'nobody' as const),
  stamp: fc.option(stamps, { nil: undefined }),
})
const records: fc.Arbitrary<ResumeRecord> = fc
  .record({
    hash: fc.uint8Array({ minLength: 20, maxLength: 20 }),
    have: fc.array(fc.boolean(), { maxLength: 60 }),
    files: fc.array(files, { maxLength: 8 }),
    parts: fc.option(stamps, { nil: undefined }),
    uploaded: fc.maxSafeNat(),
    downloaded: fc.maxSafeNat(),
    metadata: fc.option(fc.uint8Array(), { nil: undefined }),
  })
  .map(({ hash, have, metadata, ...rest }) => {
    const field = new Bitfield(have.length)
    for (const [index, bit] of have.entries()) if (bit) field.set(index)
    return { infoHash: infoHash(hash), have: field, ...rest, ...(metadata === undefined ? {} : { metadata }) }
  })

const sample: ResumeRecord = {
  infoHash: infoHash(new Uint8Array(20)),
  have: Bitfield.full(9),
  files: [{ place: 'own', stamp: { size: 3, mtimeNs: 1_700_000_000_123_456_789n } }],
  parts: undefined,
  uploaded: 1,
  downloaded: 2,
}

/** The dictionary of a record with some keys replaced. */
function altered(changes: Record<string, unknown>): Uint8Array {
  const fields = {
    format: 'bt-resume',
    version: 1,
    'info-hash': sample.infoHash,
    'piece count': 9,
    pieces: sample.have.bytes,
    files: [[1, 3, 1_700_000_000_123_456_789n]],
    uploaded: 1,
    downloaded: 2,
    ...changes,
  }
  return encode(fields)
}

describe('the resume record', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(records, record => {
        expect(parseResume(encodeResume(record))).toEqual(record)
      }),
    )
  })

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(parseResume(bytes)).toBeUndefined()
      }),
    )
  })

  it('is a consistent record or none after any change to its bytes', () => {
    fc.assert(
      fc.property(records, fc.nat(), fc.nat(255), fc.nat(), (record, at, value, cut) => {
        const bytes = encodeResume(record)
        bytes[at % bytes.length] = value
        const parsed = parseResume(bytes)
        if (parsed !== undefined) expect(parsed.have.count).toBe([...parsed.have.indices()].length)
        expect(parseResume(bytes.subarray(0, cut % bytes.length))).toBeUndefined()
      }),
    )
  })

  it.each([
    ['another format', { format: 'something' }],
    ['no format', { format: undefined }],
    ['a later version', { version: 2 }],
    ['a short info-hash', { 'info-hash': 'x' }],
    ['a bitfield of the wrong length', { 'piece count': 17 }],
    ['a spare bit', { 'piece count': 8 + 1, pieces: new Uint8Array([0xff, 0xc0]) }],
    ['a negative piece count', { 'piece count': -1 }],
    ['a huge piece count', { 'piece count': 2 ** 40 }],
    ['no files', { files: undefined }],
    ['a file in an unknown place', { files: [[7]] }],
    ['a file with half a stamp', { files: [[1, 3]] }],
    ['a file with too much', { files: [[1, 3, 4, 5]] }],
    ['a negative size', { files: [[1, -3, 4]] }],
    ['a file that is no list', { files: [1] }],
    ['a malformed part file', { parts: [1] }],
  ])('is nothing with %s', (_name, changes) => {
    expect(parseResume(altered({}))).toEqual(sample)
    expect(parseResume(altered(changes))).toBeUndefined()
  })

  it('counts from zero where a total is missing or odd', () => {
    const parsed = parseResume(altered({ uploaded: -5, downloaded: utf8('x') }))
    expect(parsed).toMatchObject({ uploaded: 0, downloaded: 0 })
  })
})
