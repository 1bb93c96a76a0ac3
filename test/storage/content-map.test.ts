import { describe, expect, it } from 'vitest'
import { ContentMap } from '../../src/lib/storage/content-map.ts'
import { MissingBytes } from '../../src/lib/storage/missing.ts'
import type { Output } from '../../src/lib/storage/output.ts'
import { makeTorrent } from './fixture.ts'

/** The first file is selected, the second shares its piece, the third is padding. */
const { info } = makeTorrent([
  { path: 'a', length: 10 },
  { path: 'b', length: 20 },
  { path: 'c', length: 2, padding: true },
])
const output: Output = {
  root: '/r',
  paths: ['/r/a', '/r/b', '/r/c'],
  lockPath: '/lock',
  resumePath: '/resume',
  partsPath: '/parts',
}

function mapped(mode: 'read' | 'write' = 'write'): ContentMap {
  return new ContentMap({ info, output, mode, selected: new Set([0]) }, ['own', 'parts', 'nobody'])
}

describe('the content map', () => {
  it('leads each byte to its file, to the part file, or nowhere', () => {
    const map = mapped()
    const stretches = map.stretches(4, 28)
    expect(stretches).toEqual([
      { slot: 0, position: 4, length: 6, at: 0 },
      { slot: map.partFile, position: 10, length: 20, at: 6 },
    ])
    expect(stretches.map(({ slot }) => map.slot(slot).path)).toEqual(['/r/a', '/parts'])
  })

  it('holds selected files to their size, and no others', () => {
    const map = mapped()
    expect([0, 1, map.partFile].map(number => map.slot(number).size)).toEqual([10, undefined, undefined])
  })

  it('knows what is lost with a file that is written to', () => {
    const map = mapped()
    const missing = map.missing([map.partFile, 0, map.partFile])
    expect(missing).toBeInstanceOf(MissingBytes)
    expect(missing.message).toContain('"/r/a" and 1 other file;')
    expect(missing.lost).toMatchObject([{ length: 10 }, { length: 20 }])
    expect(map.missing([0]).lost).toMatchObject([{ offset: 0, length: 10 }])
    expect(mapped('read').missing([0]).lost).toEqual([])
  })

  it.each([
    [-1, 1],
    [0, -1],
    [31, 2],
  ])('has no %i + %i', (offset, length) => {
    expect(() => mapped().checkRange(offset, length)).toThrow(/outside the 32 bytes of "torrent"/)
  })
})
