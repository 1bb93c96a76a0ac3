import { describe, expect, it } from 'vitest'
import { matchesAny, matchesAnyOnTheWay } from '../../src/lib/engine/glob.ts'

describe('matchesAny', () => {
  it.each([
    ['*.txt', 'a.txt', true],
    ['*.txt', 'sub/deep/a.txt', true],
    ['*.txt', '.hidden.txt', true],
    ['*.txt', 'a.TXT', false],
    ['a?c', 'sub/abc', true],
    ['a.{txt,nfo}', 'b/a.nfo', true],
    ['a.{txt,nfo}', 'a.nfo2', false],
    ['[x] *(2019)*', 'sub/[x] a (2019).mkv', true],
    ['[x] *(2019)*', '[x] a 2019.mkv', false],
    ['[ab].txt', 'b.txt', true],
    ['[ab].txt', '[ab].txt', true],
    ['[ab].txt', 'c.txt', false],
    ['@(a|b)', 'a', false],
    ['sub/*.txt', 'sub/a.txt', true],
    ['sub/*.txt', 'sub/deep/a.txt', false],
    ['sub/**/*.txt', 'sub/deep/er/a.txt', true],
    ['sub/**', 'sub/deep/a.txt', true],
    ['sub/**', 'sub', true],
    ['sub', 'a/sub', true],
    ['sub/', 'a/sub', true],
    ['/sub', 'sub', true],
    ['/sub', 'a/sub', false],
    ['./a.txt', 'a.txt', true],
    ['./a.txt', 'sub/a.txt', false],
    ['!a.txt', 'b.txt', false],
    ['!a.txt', '!a.txt', true],
    ['[x] a (1).txt', 'sub/[x] a (1).txt', true],
  ])('holds %j against %j', (pattern, path, expected) => {
    expect(matchesAny(['nothing', pattern])(path.split('/'))).toBe(expected)
  })
})

describe('matchesAnyOnTheWay', () => {
  it('takes what lies in a folder that matches', () => {
    const matches = matchesAnyOnTheWay(['extras'])
    expect(matches(['extras', 'deep', 'a'])).toBe(true)
    expect(matches(['a', 'extras'])).toBe(true)
    expect(matches(['a', 'b'])).toBe(false)
  })
})
