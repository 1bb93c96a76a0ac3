import { expect, test } from 'vitest'
import { infoHash } from '../../src/lib/base/ids.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { isLogged, logJson, logText, type LogEntry } from '../../src/lib/ui/log-line.ts'

const TIME = new Date('2026-01-02T03:04:05.678Z')
const HASH = infoHash(new Uint8Array(20).fill(0xab))

const entry: LogEntry = {
  level: 'warn',
  event: 'pieceRejected',
  peer: { host: '::1', port: 6881 },
  infoHash: HASH,
  message: 'it does not match',
  fields: { piece: 3, reason: 'a b', bytes: Uint8Array.of(1, 2), list: ['x'] },
}

test('as text', () => {
  expect(logText(entry, TIME)).toBe(
    `2026-01-02T03:04:05.678Z WARN  pieceRejected it does not match peer=[::1]:6881 infoHash=${'ab'.repeat(20)} piece=3 reason="a b" bytes=0102 list=["x"]`,
  )
})

test('as JSON', () => {
  expect(JSON.parse(logJson(entry, TIME))).toEqual({
    time: '2026-01-02T03:04:05.678Z',
    level: 'warn',
    event: 'pieceRejected',
    peer: '[::1]:6881',
    infoHash: 'ab'.repeat(20),
    message: 'it does not match',
    piece: 3,
    reason: 'a b',
    bytes: '0102',
    list: ['x'],
  })
})

test('a bencoded dictionary as `bt decode` shows it', () => {
  const handshake = decode(utf8('d1:md11:ut_metadatai3ee4:spam4:eggse'))
  const line = logJson({ level: 'trace', event: 'message', fields: { handshake } }, TIME)
  expect(JSON.parse(line)).toMatchObject({ handshake: { m: { ut_metadata: 3 }, spam: 'eggs' } })
})

test('nothing that a stranger says reaches a terminal as a command or a second line', () => {
  const said: LogEntry = { level: 'info', event: 'x', message: 'a\nb\u001b[2J\u202e', fields: { y: 'c\u009bd' } }
  for (const line of [logText(said, TIME), logJson(said, TIME)]) {
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
})

test('a log of a level has what is at least so important', () => {
  expect(isLogged('error', 'warn')).toBe(true)
  expect(isLogged('warn', 'warn')).toBe(true)
  expect(isLogged('info', 'warn')).toBe(false)
  expect(isLogged('trace', 'trace')).toBe(true)
})
