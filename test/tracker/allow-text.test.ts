import { expect, test } from 'vitest'
import { parseAllowText } from '../../src/lib/tracker/allow-text.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)

test('one info-hash a line, with comments and in either case; of a v2 one what trackers see', () => {
  const text = `# mine\n${A.toUpperCase()}  my film\r\n\n  ${B} # theirs\n${'c'.repeat(64)}\n${A}\n`
  expect(parseAllowText(text)).toEqual(new Set([A, B, 'c'.repeat(40)]))
})

test('an empty list serves nothing', () => {
  expect(parseAllowText('')).toEqual(new Set())
})

test.each(['a'.repeat(39), 'g'.repeat(40), 'a'.repeat(41), 'magnet:?xt=urn:btih:x'])('says where %s stands', found => {
  expect(parseAllowText(`${A}\n${found} x\n`)).toEqual({ line: 2, found })
})
