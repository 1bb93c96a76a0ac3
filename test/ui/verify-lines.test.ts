import { describe, expect, test } from 'vitest'
import type { Verification } from '../../src/lib/engine/verify-torrent.ts'
import { buildTorrent } from '../../src/lib/metainfo/create.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { verifyFault, verifyLines } from '../../src/lib/ui/verify-lines.ts'

const { info } = parseMetainfo(
  buildTorrent({
    name: 'n',
    files: [{ path: ['n'], length: 100_000 }],
    singleFile: true,
    pieceLength: 16_384,
    pieces: new Uint8Array(7 * 20),
  }),
)

const verification = (found: Partial<Verification>, size: number | undefined, verified: number): Verification => ({
  info,
  path: '/n',
  files: info.files.map((entry, file) => ({
    entry,
    file,
    state: size === undefined ? 'missing' : verified === 7 && size === 100_000 ? 'complete' : 'partial',
    size,
    pieces: 7,
    verifiedPieces: verified,
  })),
  bad: [],
  missing: [],
  complete: false,
  ...found,
})

describe('verifyLines', () => {
  test('shows a file, and the pieces at fault as ranges', () => {
    expect(verifyLines(verification({ bad: [0, 2, 3], missing: [6] }, 90_000, 3))).toEqual([
      'partial  n  90000 of 100000 bytes, 3 of 7 pieces',
      'Verified Pieces: 3 of 7',
      'Bad Pieces: 0, 2-3',
      'Missing Pieces: 6',
    ])
  })

  test('says no more than needed where nothing is wrong, or nothing is there', () => {
    expect(verifyLines(verification({ complete: true }, 100_000, 7))).toEqual([
      'complete  n  100000 bytes',
      'Verified Pieces: 7 of 7',
    ])
    const none = verification({ missing: [0, 1, 2, 3, 4, 5, 6] }, undefined, 0)
    expect(verifyLines(none)).toEqual(['missing  n  100000 bytes', 'Verified Pieces: 0 of 7', 'Missing Pieces: 0-6'])
  })
})

test('verifyFault counts what is wrong, and knows of files that are wrong without a piece being so', () => {
  const bad = verification({ bad: [1] }, 100_000, 6)
  expect(verifyFault(bad)).toBe('"n" is not complete: 1 piece wrong; 1 of 1 file affected')
  const long = verification({}, 100_001, 7)
  expect(verifyFault(long)).toBe('"n" is not complete: all pieces are right, but not every file; 1 of 1 file affected')
})
