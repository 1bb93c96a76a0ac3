import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { latin1 } from '../../src/lib/base/bytes.ts'
import { first, MAX_PARAMETERS, parseQuery } from '../../src/lib/tracker/query.ts'

function percent(bytes: Uint8Array): string {
  return Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

test('any bytes come back as they were percent-encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.boolean(), (bytes, upper) => {
      const text = upper ? percent(bytes).toUpperCase() : percent(bytes)
      const value = parseQuery(`a=1&v=${text}&b=2`)?.get('v')?.[0]
      expect(Buffer.from(value ?? '', 'latin1')).toEqual(Buffer.from(bytes))
    }),
  )
})

test('bytes that need no encoding may stand as they are, also beyond ASCII', () => {
  expect(first(parseQuery('v=abc-_.~\u00ff%41') ?? new Map(), 'v')).toBe('abc-_.~\u00ffA')
})

test.each([
  ['', []],
  ['&&', []],
  ['a', [['a', ['']]]],
  ['a=', [['a', ['']]]],
  ['a=b=c', [['a', ['b=c']]]],
  [
    'a=1&a=2&b=3',
    [
      ['a', ['1', '2']],
      ['b', ['3']],
    ],
  ],
  ['%61=x+y%2B', [['a', ['x y+']]]],
  ['=1', [['', ['1']]]],
] as const)('%j', (text, expected) => {
  expect([...(parseQuery(text) ?? [])]).toEqual(expected)
})

test.each(['v=%', 'v=%4', 'v=%zz', 'v=%%41', '%g0=1', 'v=%41%'])('%j is not percent-encoding', text => {
  expect(parseQuery(text)).toBeUndefined()
})

test('what follows the last parameter that is read is not looked at', () => {
  const query = parseQuery(`${'a=1&'.repeat(MAX_PARAMETERS)}b=%`)
  expect(query?.get('a')).toHaveLength(MAX_PARAMETERS)
  expect(query?.has('b')).toBe(false)
})

test('no text throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array().map(latin1), fc.string()), text => {
      parseQuery(text)
    }),
  )
})
