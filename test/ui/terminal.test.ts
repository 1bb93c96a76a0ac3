import { expect, test } from 'vitest'
import { canDraw, hasColours } from '../../src/lib/ui/terminal.ts'

const terminal = { isTTY: true, columns: 80 }
const pipe = { isTTY: false }

test.each<[string, boolean, typeof terminal | typeof pipe, Record<string, string>]>([
  ['on a terminal', true, terminal, {}],
  ['not in a pipe', false, pipe, {}],
  ['not with NO_COLOR', false, terminal, { NO_COLOR: '1' }],
  ['with an empty NO_COLOR', true, terminal, { NO_COLOR: '' }],
  ['not on a dumb terminal', false, terminal, { TERM: 'dumb' }],
  ['in a pipe with FORCE_COLOR', true, pipe, { FORCE_COLOR: '1' }],
  ['not with FORCE_COLOR=0', false, terminal, { FORCE_COLOR: '0' }],
  ['not where NO_COLOR and FORCE_COLOR are at odds', false, terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }],
])('there are colours: %s', (_, expected, stream, env) => {
  expect(hasColours(stream, env)).toBe(expected)
})

test.each<[boolean, typeof terminal | typeof pipe, Record<string, string>]>([
  [true, terminal, { TERM: 'xterm' }],
  [true, { isTTY: true }, {}],
  [false, terminal, { TERM: 'dumb' }],
  [false, { isTTY: true, columns: 0 }, {}],
  [false, pipe, {}],
])('lines can be drawn over: %s (%#)', (expected, stream, env) => {
  expect(canDraw(stream, env)).toBe(expected)
})
