import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, utf8 } from '../../src/lib/base/bytes.ts'
import { safeElement, withSuffix } from '../../src/lib/metainfo/safe-path.ts'
import { uniquePaths } from '../../src/lib/metainfo/unique-paths.ts'
import { errorOf } from '../bencode/arbitrary.ts'

describe('safeElement', () => {
  it.each([
    'movie.mkv',
    'What? A: B * "C" <D> | E.txt',
    '.hidden',
    '...and more',
    'ünïcödé 日本語 🎬',
    ' leading space',
    'console',
    'community.txt',
    'a b.c',
    'a\u200db', // a zero-width joiner belongs to the spelling of some scripts, and to emoji
  ])('leaves %j as it is', name => {
    expect(safeElement(name)).toBe(name)
    expect(safeElement(utf8(name))).toBe(name)
  })

  it.each([
    ['', '_'],
    ['.', '_'],
    ['..', '__'],
    ['...', '___'],
    ['/', '_'],
    ['/etc/passwd', '_etc_passwd'],
    ['../../x', '.._.._x'],
    ['..\\x', '.._x'],
    ['C:', 'C_'],
    ['c:\\windows', 'c__windows'],
    ['name.', 'name_'],
    ['name. .', 'name___'],
    ['name ', 'name_'],
    ['a\0b', 'a_b'],
    ['a\nb\u007f\u0085', 'a_b__'],
    ['evil\u202egpj.exe', 'evil_gpj.exe'],
    ['\ufeffname', '_name'],
    ['\u2028\u2066\u200f', '___'],
    ['half \ud83d pair', 'half _ pair'],
    ['con', '_con'],
    ['CON.txt', '_CON.txt'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['COM1', '_COM1'],
    ['lpt³.x', '_lpt³.x'],
    ['aux .txt', '_aux .txt'],
    ['CONOUT$', '_CONOUT$'],
  ])('turns %j into %j', (raw, expected) => {
    expect(safeElement(raw)).toBe(expected)
  })

  it('substitutes what is not UTF-8', () => {
    expect(safeElement(new Uint8Array([0x61, 0xff, 0x62, 0xc3]))).toBe('a_b_')
    expect(safeElement(new Uint8Array([0xc0, 0xae, 0xc0, 0xae]))).toMatch(/^_+$/)
  })

  it('takes no longer for what is not UTF-8 than for what is: a torrent can have millions of such names', () => {
    const { stackTraceLimit } = Error
    const kinds = ['\u00c3\u009f', '\u00ff'].map(start =>
      Array.from({ length: 5000 }, (_, n) => fromLatin1(`${start}${n}`)),
    )
    const timeOf = (names: readonly Uint8Array[]): number => {
      const start = performance.now()
      for (const name of names) safeElement(name)
      return performance.now() - start
    }
    // An exception takes the longer the deeper it is made: from far down, it can not be mistaken for a busy machine.
    const fromBelow = (names: readonly Uint8Array[], depth: number): number =>
      depth === 0 ? timeOf(names) : fromBelow(names, depth - 1)
    const best = kinds.map(() => Infinity)
    Error.stackTraceLimit = 200
    for (let round = 0; round < 10; round++) {
      for (const [kind, names] of kinds.entries()) best[kind] = Math.min(best[kind] ?? 0, fromBelow(names, 200))
    }
    Error.stackTraceLimit = stackTraceLimit
    const [good = 0, bad = 0] = best
    // Two. Where each was an exception, a torrent of 10 MB took half a minute.
    expect(bad / good).toBeLessThan(5)
  })

  it('cuts a long name to 240 bytes, between characters, and keeps its extension', () => {
    expect(safeElement(`${'a'.repeat(300)}.mkv`)).toBe(`${'a'.repeat(236)}.mkv`)
    expect(safeElement(`${'日'.repeat(100)}.mkv`)).toBe(`${'日'.repeat(78)}.mkv`)
    expect(safeElement(`${'🎬'.repeat(100)}x.tar`)).toBe(`${'🎬'.repeat(59)}.tar`)
    expect(safeElement(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(238)}`)
    expect(safeElement(`${'a'.repeat(239)}. tail`)).toBe(`${'a'.repeat(234)}. tail`)
    expect(safeElement(`${'a'.repeat(238)}  ${'b'.repeat(40)}`)).toBe(`${'a'.repeat(238)}__`)
  })

  it('always gives one safe element, the same for its own result', () => {
    const raw = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.array(fc.constantFrom('.', '..', '/', '\\', ' ', 'C:', 'con', 'nul', '\u202e', '\0', 'é', '🎬', 'a'.repeat(100)), { maxLength: 6 }).map(parts => parts.join('')), // prettier-ignore
    )
    fc.assert(
      fc.property(raw, raw => {
        const name = safeElement(raw)
        expect(utf8(name).length).toBeGreaterThanOrEqual(1)
        expect(utf8(name).length).toBeLessThanOrEqual(240)
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u)
        expect(name).not.toMatch(/[. ]$|^[a-z]:/i)
        expect(safeElement(name)).toBe(name)
      }),
      { numRuns: 400 },
    )
  })
})

describe('withSuffix', () => {
  it('stands before the extension and within the limit', () => {
    expect(withSuffix('movie.mkv', '.1')).toBe('movie.1.mkv')
    expect(withSuffix('README', '.2')).toBe('README.2')
    expect(withSuffix(`${'a'.repeat(236)}.mkv`, '.10')).toBe(`${'a'.repeat(233)}.10.mkv`)
  })
})

describe('uniquePaths', () => {
  const unique = (...paths: string[]): string[] => uniquePaths(paths.map(path => path.split('/'))).map(path => path.join('/')) // prettier-ignore

  it('gives back the very path that may stay as it is, since there may be a million of them', () => {
    const paths = [['a', 'b'], ['c'], ['A', 'B'], ['c', 'd']]
    const kept = uniquePaths(paths).map((path, index) => path === paths[index])
    expect(kept).toEqual([true, true, false, false])
  })

  it.each([
    [
      ['a', 'b', 'd/a', 'd/b'],
      ['a', 'b', 'd/a', 'd/b'],
    ],
    [
      ['a.txt', 'a.txt', 'a.txt'],
      ['a.txt', 'a.1.txt', 'a.2.txt'],
    ],
    [
      ['README', 'readme'],
      ['README', 'readme.1'],
    ],
    [
      ['caf\u00e9', 'cafe\u0301'],
      ['caf\u00e9', 'cafe\u0301.1'],
    ],
    [
      ['ΟΔΟΣ', 'οδος', 'οδοσ'],
      ['ΟΔΟΣ', 'οδος.1', 'οδοσ.2'],
    ],
    [
      ['ẞ', 'ß', 'ss'],
      ['ẞ', 'ß.1', 'ss.2'],
    ],
    [
      ['a', 'a.1', 'a'],
      ['a', 'a.1', 'a.2'],
    ],
    [
      ['a', 'a', 'a.1'],
      ['a', 'a.1', 'a.1.1'],
    ],
    [
      ['a/b', 'a'],
      ['a/b', 'a.1'],
    ],
    [
      ['a', 'a/b', 'A/c', 'a/b'],
      ['a', 'a.1/b', 'a.1/c', 'a.1/b.1'],
    ],
    [
      ['Dir/x', 'dir/X', 'DIR/y'],
      ['Dir/x', 'dir/X.1', 'DIR/y'],
    ],
    [
      ['a/b/c', 'a/b', 'a/b/d'],
      ['a/b/c', 'a/b.1', 'a/b/d'],
    ],
  ])('%j becomes %j', (paths, expected) => {
    expect(unique(...paths)).toEqual(expected)
  })

  it('gives up where more than 500 names are taken', () => {
    const same = (count: number): string[] => Array.from({ length: count }, () => 'same')
    expect(new Set(unique(...same(501))).size).toBe(501)
    expect(errorOf(() => unique(...same(502)))).toMatchObject({ code: 'METAINFO_INVALID' })
  })

  it('never gives two files one path, nor a file the path of a folder, whatever the case', () => {
    const element = fc.constantFrom('a', 'A', 'a.1', 'b', 'é', 'e\u0301')
    const path = fc.array(element, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.array(path, { maxLength: 40 }), paths => {
        const out = uniquePaths(paths).map(path => path.map(name => name.normalize('NFC').toLowerCase()))
        const files = new Set(out.map(path => path.join('/')))
        expect(files.size).toBe(paths.length)
        for (const path of out) {
          for (let depth = 1; depth < path.length; depth++) expect(files).not.toContain(path.slice(0, depth).join('/'))
        }
      }),
      { numRuns: 500 },
    )
  })
})
