import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { equal } from '../../src/lib/base/bytes.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { encodeResume, parseResume, type ResumeRecord } from '../../src/lib/storage/resume-record.ts'
import { check, sizeOf, type Target } from '../target.ts'

const stamp = { size: 3, mtimeNs: 1_700_000_000_123_456_789n }
const sample: ResumeRecord = {
  infoHash: infoHash(new Uint8Array(20)),
  have: Bitfield.full(9),
  files: [
    { place: 'own', stamp },
    { place: 'parts', stamp: undefined },
    { place: 'nobody', stamp: undefined },
  ],
  parts: stamp,
  uploaded: 1,
  downloaded: 2,
  metadata: new Uint8Array(5).fill(0x64),
}

export const resume: Target = {
  name: 'resume',
  promise: 'a record is consistent in itself, encodes to one that says the same, or is none; nothing throws',
  seeds: [encodeResume(sample), encodeResume({ ...sample, have: new Bitfield(0), files: [], parts: undefined })],
  throws: [],
  words: [
    'format',
    'version',
    'info-hash',
    'piece count',
    'pieces',
    'files',
    'parts',
    'uploaded',
    'downloaded',
    'metadata',
  ],
  bencoded: true,
  run(input) {
    const record = parseResume(input)
    if (record === undefined) return 'nothing'
    const { have, files, parts, uploaded, downloaded, metadata } = record
    check(have.count === [...have.indices()].length, 'the count is that of the bits')
    for (const total of [uploaded, downloaded]) check(Number.isSafeInteger(total) && total >= 0, 'a total is a count')
    for (const file of [...files.map(file => file.stamp), parts]) check((file?.size ?? 0) >= 0, 'a size is a size')
    const encoded = encodeResume(record)
    const again = parseResume(encoded)
    check(again !== undefined && equal(encodeResume(again), encoded), 'a record comes back')
    const places = new Set(files.map(file => `${file.place}${file.stamp === undefined ? '' : '+'}`))
    return `${sizeOf(have.length)} ${[...places].sort().join(' ')} ${parts !== undefined} ${metadata !== undefined}`
  },
}
