// One event in all its forms: a line of a log, a line of `bt seed`, a JSON object.
import { describe, expect, test } from 'vitest'
import { infoHash } from '../../src/lib/base/ids.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { Progress } from '../../src/lib/engine/progress.ts'
import type { SessionEvent } from '../../src/lib/engine/session-events.ts'
import { removedLine, seedEventJson, seedEventLine, seedLines } from '../../src/lib/ui/seed-lines.ts'
import { eventLine, fittingTransferLine, transferLine } from '../../src/lib/ui/transfer-lines.ts'
import { eventJson } from '../../src/lib/ui/watch-json.ts'
import { makeContent } from '../cli/support/content.ts'

const url = 'http://127.0.0.1:1/announce'
const address = { host: '2001:db8::1', port: 6881 }
const peer = '[2001:db8::1]:6881'
const full = new BtError('DISK_FULL', 'no room')
const refused = new BtError('TRACKER_REFUSED', 'members\x1b only')

const WARNINGS: readonly (readonly [SessionEvent, string, object])[] = [
  [
    { type: 'announceFailed', url, error: refused },
    'warning: members� only',
    { event: 'announceFailed', url, code: 'TRACKER_REFUSED', message: 'members\x1b only' },
  ],
  [
    { type: 'trackerWarning', url, message: 'slow\ndown' },
    `warning: tracker ${url}: slow�down`,
    { event: 'warning', url, message: 'slow\ndown' },
  ],
  [{ type: 'warning', message: 'odd' }, 'warning: odd', { event: 'warning', message: 'odd' }],
  [
    { type: 'pieceRejected', piece: 3, from: [address] },
    'warning: piece 3 did not match its hash and is asked for again',
    { event: 'pieceRejected', piece: 3, from: [peer] },
  ],
  [
    { type: 'peerBanned', address, reason: 'lies' },
    `warning: peer ${peer} is banned: lies`,
    { event: 'peerBanned', peer, reason: 'lies' },
  ],
  [
    { type: 'diskFull', error: full, path: '/d/a\n', missing: 2048 },
    'paused: no room to write "/d/a�", 2.00 KiB more are needed; bt goes on as soon as there is room',
    { event: 'diskFull', path: '/d/a\n', missing: 2048, message: 'no room' },
  ],
  [
    { type: 'diskFull', error: full, path: '/d/a', missing: 0 },
    'paused: no room to write "/d/a", a quota is used up; bt goes on as soon as there is room',
    { event: 'diskFull', path: '/d/a', missing: 0, message: 'no room' },
  ],
  [{ type: 'diskRoom' }, 'there is room on the disk again: going on', { event: 'diskRoom' }],
]

const DOINGS: readonly (readonly [SessionEvent, string, object])[] = [
  [
    { type: 'peerConnected', address, initiator: 'them', client: 'x\x07 1.0' },
    `${peer} connected: x� 1.0`,
    { event: 'peerConnected', peer, client: 'x\x07 1.0' },
  ],
  [
    { type: 'uploadStarted', address, client: 'x 1.0' },
    `${peer} is downloading`,
    { event: 'uploadStarted', peer, client: 'x 1.0' },
  ],
  [
    { type: 'peerDisconnected', address, reason: 'idle', detail: 'said nothing' },
    `${peer} left: said nothing`,
    { event: 'peerDisconnected', peer, reason: 'idle', detail: 'said nothing' },
  ],
]

const QUIET: readonly SessionEvent[] = [
  { type: 'pieceVerified', piece: 0 },
  { type: 'complete' },
  { type: 'needPeers' },
  { type: 'checked', pieces: 1, total: 2 },
]

describe('an event', () => {
  test.each(WARNINGS)('%j is a warning everywhere', (event, line, json) => {
    expect(eventLine(event)).toBe(line)
    expect(seedEventLine(event)).toEqual({ to: 'stderr', text: line })
    expect(eventJson(event)).toEqual(json)
    expect(seedEventJson(event)).toEqual(json)
  })

  test.each(DOINGS)('%j of a peer is a line of `bt seed`, and no line of a log', (event, line, json) => {
    expect(eventLine(event)).toBeUndefined()
    expect(seedEventLine(event)).toEqual({ to: 'stdout', text: line })
    expect(eventJson(event)).toEqual(json)
  })

  test.each(QUIET)('%j is told in another way', event => {
    expect([eventLine(event), seedEventLine(event), eventJson(event)]).toEqual([undefined, undefined, undefined])
  })

  test('that only a program needs is an object and no line', () => {
    const announced: SessionEvent = { type: 'announced', url, response: { peers: [address], interval: 60 } }
    expect(eventJson(announced)).toEqual({ event: 'announced', url, peers: 1, interval: 60 })
    const { info } = makeContent({ name: 'a.bin', files: 20_000 })
    expect(eventJson({ type: 'metadata', info })).toEqual({ event: 'metadata', name: 'a.bin', length: 20_000 })
    expect([eventLine(announced), seedEventLine(announced)]).toEqual([undefined, undefined])
  })

  test('of a stage is for whoever downloads, not for whoever seeds', () => {
    const stage: SessionEvent = { type: 'stage', stage: 'checking' }
    expect(eventJson(stage)).toEqual({ event: 'stage', stage: 'checking' })
    expect(seedEventJson(stage)).toBeUndefined()
  })
})

describe('transferLine', () => {
  const progress = {
    bytesDone: 116 * 1024 ** 2,
    bytesTotal: 256 * 1024 ** 2,
    downloadRate: 85.1 * 1024 ** 2,
    uploadRate: 0,
    peers: 3,
    eta: 1.6,
  } as Progress

  test('says how far, how fast, from how many and how long', () => {
    expect(transferLine(progress)).toBe('45.3 %  116 MiB of 256 MiB  ↓ 85.1 MiB/s  ↑ 0 B/s  3 peers  2 s left')
  })

  test('does not guess at the end where nothing moves', () => {
    expect(transferLine({ ...progress, peers: 1, eta: undefined })).toMatch(/ {2}1 peer$/)
  })
})

describe('fittingTransferLine', () => {
  const mebibyte = 1024 ** 2
  const progress = {
    bytesDone: 116 * mebibyte,
    bytesTotal: 256 * mebibyte,
    downloadRate: 85.1 * mebibyte,
    uploadRate: 2 * mebibyte,
    peers: 3,
    eta: 1.6,
  } as Progress

  test.each([
    [80, '45.3 %  116 MiB of 256 MiB  ↓ 85.1 MiB/s  ↑ 2.00 MiB/s  3 peers  2 s left'],
    [66, '45.3 %  116/256 MiB  ↓ 85.1 MiB/s  ↑ 2.00 MiB/s  3 peers  2 s left'],
    [59, '45.3 %  116/256 MiB  ↓ 85.1 MiB/s  3 peers  2 s left'],
    [51, '45.3 %  ↓ 85.1 MiB/s  3 peers  2 s left'],
    [38, '45.3 %  ↓ 85.1 MiB/s  2 s left'],
    [29, '45.3 %  ↓ 85.1 MiB/s'],
  ])('says in %i columns what has room there', (columns, line) => {
    expect(fittingTransferLine(progress, columns)).toBe(line)
    expect(line.length).toBeLessThanOrEqual(columns)
  })

  test('leaves out an upload rate of nothing before anything else', () => {
    const line = fittingTransferLine({ ...progress, uploadRate: 0 }, 59)
    expect(line).toBe('45.3 %  116/256 MiB  ↓ 85.1 MiB/s  3 peers  2 s left')
  })

  test('names both units where they differ', () => {
    const line = fittingTransferLine({ ...progress, bytesDone: 900 * 1024 }, 59)
    expect(line).toContain('900 KiB/256 MiB')
  })

  test('keeps rate, peers and time beside a bar in 80 columns, however long they are', () => {
    const long = { ...progress, bytesDone: 255 * mebibyte, downloadRate: 1023 * 1024, peers: 200, eta: 3599 }
    expect(fittingTransferLine(long, 59)).toMatch(/^99\.6 %.* {2}↓ 1023 KiB\/s {2}200 peers {2}59 min 59 s left$/)
  })
})

describe('seedLines', () => {
  const source = { infoHash: infoHash(Buffer.alloc(20, 0xab)), tiers: [], peers: [] }
  const hash = 'ab'.repeat(20)

  test('are what is served, how others get it, and where', () => {
    const items = [{ source: { ...source, displayName: 'a\x1b' }, magnet: 'magnet:?x' }, { source }]
    const lines = seedLines({ host: '127.0.0.1', port: 7 }, items)
    expect(lines.map(({ text }) => text)).toEqual([
      `Seeding a� (${hash})`,
      'Magnet: magnet:?x',
      `Seeding ${hash} (${hash})`,
      'Listening on 127.0.0.1:7',
    ])
    expect(lines.map(({ json }) => json)).toEqual([
      { event: 'seeding', name: 'a\x1b', infoHash: hash },
      { event: 'magnet', magnet: 'magnet:?x' },
      { event: 'seeding', name: hash, infoHash: hash },
      { event: 'listening', address: '127.0.0.1:7', port: 7 },
    ])
  })

  test('of what is taken out of a watched folder', () => {
    expect(removedLine({ ...source, displayName: 'a\x1b' })).toEqual({
      text: `No longer seeding a� (${hash})`,
      json: { event: 'removed', name: 'a\x1b', infoHash: hash },
    })
  })

  test('name no port where there is none', () => {
    expect(seedLines(undefined, [])).toEqual([])
  })
})
