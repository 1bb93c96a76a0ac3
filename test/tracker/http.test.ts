import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { latin1, utf8 } from '../../src/lib/base/bytes.ts'
import { answerHttp, type HttpAnswer } from '../../src/lib/tracker/http.ts'
import type { Tracker, TrackerEvent } from '../../src/lib/tracker/tracker.ts'
import { from, hashOf, ipv4, ipv6, makeTracker } from './support.ts'

const HASH_TEXT = '%01'.repeat(20)
const PEER_ID = '-tb0100-abcdefghijkl'
const QUERY = `info_hash=${HASH_TEXT}&peer_id=${PEER_ID}&port=6881&uploaded=0&downloaded=0&left=0&compact=1`

function text(answer: HttpAnswer): string {
  return answer.body
}

function announce(tracker: Tracker, query: string, address: Uint8Array = ipv4(1), now = 0): string {
  const answer = answerHttp(tracker, `/announce?${query}`, from(address, now))
  expect(answer).toMatchObject({ status: 200, type: 'text/plain' })
  return text(answer)
}

function failure(reason: string): string {
  return `d14:failure reason${utf8(reason).length}:${reason}e`
}

describe('announce', () => {
  test('the compact answer, byte for byte', () => {
    const tracker = makeTracker()
    announce(tracker, QUERY, ipv4(1))
    expect(announce(tracker, QUERY.replace('left=0', 'left=5'), ipv4(2))).toBe(
      'd8:completei1e10:downloadedi0e11:external ip4:\x0a\0\0\x02' +
        '10:incompletei1e8:intervali60e12:min intervali30e5:peers6:\x0a\0\0\x01\x1a\xe1e',
    )
  })

  test('an IPv6 asker gets IPv6 peers as peers6, and its own 16 bytes', () => {
    const tracker = makeTracker()
    announce(tracker, QUERY, ipv4(1))
    announce(tracker, QUERY, ipv6(1))
    const answer = announce(tracker, QUERY.replace('left=0', 'left=5'), ipv6(2))
    expect(answer).toContain(`11:external ip16:${latin1(ipv6(2))}`)
    expect(answer).toContain(`5:peers0:6:peers618:${latin1(ipv6(1))}\x1a\xe1e`)
  })

  test('compact=0 gives dictionaries, with no_peer_id without peer ids', () => {
    const tracker = makeTracker()
    announce(tracker, QUERY, ipv4(1))
    const full = QUERY.replace('left=0', 'left=5').replace('compact=1', 'compact=0')
    expect(announce(tracker, full, ipv4(2))).toContain(`5:peersld2:ip8:10.0.0.17:peer id20:${PEER_ID}4:porti6881eee`)
    expect(announce(tracker, `${full}&no_peer_id=1`, ipv4(1))).toContain('5:peersld2:ip8:10.0.0.24:porti6881eee')
    announce(tracker, QUERY, ipv6(1))
    expect(announce(tracker, full, ipv6(2))).toContain('2:ip11:2001:db8::1')
  })

  test('without `compact` the answer is compact (BEP 23)', () => {
    expect(announce(makeTracker(), QUERY.replace('&compact=1', ''))).toContain('5:peers0:')
  })

  test('the ip parameter is ignored', () => {
    const tracker = makeTracker()
    announce(tracker, `${QUERY}&ip=9.9.9.9&ipv4=9.9.9.9&ipv6=2001:db8::9`, ipv4(1))
    expect(announce(tracker, QUERY.replace('left=0', 'left=5'), ipv4(2))).toContain('6:\x0a\0\0\x01\x1a\xe1')
  })

  test('events: completed is counted, stopped removes, unknown ones are regular', () => {
    const tracker = makeTracker()
    announce(tracker, `${QUERY.replace('left=0', 'left=5')}&event=started`)
    expect(announce(tracker, `${QUERY}&event=completed`)).toContain('10:downloadedi1e')
    expect(announce(tracker, `${QUERY}&event=paused`)).toContain('8:completei1e')
    expect(announce(tracker, `${QUERY}&event=stopped`)).toContain('8:completei0e')
  })

  test('numwant is heeded', () => {
    const tracker = makeTracker()
    for (let i = 1; i <= 5; i++) announce(tracker, QUERY, ipv4(i))
    expect(announce(tracker, `${QUERY.replace('left=0', 'left=5')}&numwant=2`, ipv4(9))).toContain('5:peers12:')
  })

  test.each([
    ['', 'info_hash is missing'],
    [QUERY.replace('%01', ''), 'info_hash has 19 bytes, not 20'],
    [QUERY.replace(HASH_TEXT, ''), 'info_hash has 0 bytes, not 20'],
    [QUERY.replace(`peer_id=${PEER_ID}`, ''), 'peer_id is missing'],
    [QUERY.replace(PEER_ID, `${PEER_ID}m`), 'peer_id has 21 bytes, not 20'],
    [QUERY.replace('port=6881', ''), 'port is missing'],
    [QUERY.replace('6881', '65536'), 'port is not a number from 0 to 65535'],
    [QUERY.replace('6881', '-1'), 'port is not a number from 0 to 65535'],
    [QUERY.replace('6881', '0x1f'), 'port is not a number from 0 to 65535'],
    [QUERY.replace('left=0', 'left=x'), 'left is not a number of bytes'],
    [`${QUERY}&numwant=many`, 'numwant is not a number'],
    [`${QUERY}&key=%f`, 'the query has a % that two hexadecimal digits do not follow'],
  ])('%s is refused', (query, reason) => {
    const tracker = makeTracker()
    expect(announce(tracker, query)).toBe(failure(reason))
    expect(tracker.stats(0)).toMatchObject({ swarms: 0, http: { announces: 0, refused: 1 } })
  })

  test.each([
    ['left=18446744073709551615', 0],
    ['left=-1', 0],
    ['', 0],
    ['left=0', 1],
  ])('"%s" makes %d seeds', (left, seeds) => {
    expect(announce(makeTracker(), QUERY.replace('left=0', left))).toContain(`8:completei${seeds}e`)
  })

  test('an info-hash that is not on the list is refused, also once it was taken off', () => {
    const allow = new Set(['01'.repeat(20)])
    const tracker = makeTracker({ allow })
    expect(announce(tracker, QUERY)).toContain('8:completei1e')
    allow.clear()
    expect(announce(tracker, QUERY)).toBe(failure('this info-hash is not on the list that the tracker serves'))
  })
})

describe('scrape', () => {
  test('several info-hashes, known and unknown, sorted', () => {
    const tracker = makeTracker()
    announce(tracker, QUERY)
    const target = `/scrape?info_hash=${'%02'.repeat(20)}&info_hash=${HASH_TEXT}`
    expect(text(answerHttp(tracker, target, from(ipv4(1))))).toBe(
      `d5:filesd20:${hashOf(1)}d8:completei1e10:downloadedi0e10:incompletei0ee` +
        `20:${hashOf(2)}d8:completei0e10:downloadedi0e10:incompletei0eeee`,
    )
    expect(tracker.stats(0).http).toEqual({ announces: 1, scrapes: 1, refused: 0 })
  })

  test('of everything: refused unless allowed, and then with a limit', () => {
    const tracker = makeTracker({ fullScrape: 1 })
    announce(tracker, QUERY)
    announce(tracker, QUERY.replaceAll('%01', '%02'))
    const entry = `20:${hashOf(1)}d8:completei1e10:downloadedi0e10:incompletei0ee`
    expect(text(answerHttp(tracker, '/scrape', from(ipv4(1))))).toBe(`d5:filesd${entry}ee`)
    expect(tracker.stats(0).http.scrapes).toBe(1)
  })

  test('of what is not on the list is zeros', () => {
    const allow = new Set(['01'.repeat(20)])
    const tracker = makeTracker({ allow })
    announce(tracker, QUERY)
    allow.clear()
    expect(text(answerHttp(tracker, `/scrape?info_hash=${HASH_TEXT}`, from(ipv4(1))))).toContain('8:completei0e')
  })

  test.each([
    ['/scrape', 'info_hash is missing: this tracker has no scrape of all its swarms'],
    [`/scrape?info_hash=${HASH_TEXT}&info_hash=a`, 'info_hash has 1 bytes, not 20'],
  ])('%s is refused', (target, reason) => {
    expect(text(answerHttp(makeTracker(), target, from(ipv4(1))))).toBe(failure(reason))
  })
})

describe('the rest', () => {
  test('statistics as JSON', () => {
    const tracker = makeTracker()
    announce(tracker, QUERY)
    const answer = answerHttp(tracker, '/stats.json', from(ipv4(1), 5500))
    expect(answerHttp(tracker, '/stats', from(ipv4(1), 5500))).toEqual(answer)
    expect(answer).toMatchObject({ status: 200, type: 'application/json' })
    expect(JSON.parse(text(answer))).toEqual({
      uptime: 5,
      swarms: 1,
      seeds: 1,
      leeches: 0,
      evicted: 0,
      http: { announces: 1, scrapes: 0, refused: 0 },
      udp: { announces: 0, scrapes: 0, refused: 0 },
    })
  })

  test.each(['', '/', '/announce/', '/announcer', '/scrape.php?', '*'])('%j is not found', target => {
    expect(answerHttp(makeTracker(), target, from(ipv4(1))).status).toBe(404)
  })

  test('events tell what happened', () => {
    const events: TrackerEvent[] = []
    const tracker = makeTracker({ onEvent: event => events.push(event) })
    announce(tracker, `${QUERY}&event=started`)
    answerHttp(tracker, `/scrape?info_hash=${HASH_TEXT}`, from(ipv4(1)))
    announce(tracker, 'info_hash=a')
    const asker = { host: '10.0.0.1', port: 50_000 }
    expect(events).toEqual([
      {
        type: 'announce',
        transport: 'http',
        peer: { host: '10.0.0.1', port: 6881 },
        infoHash: '01'.repeat(20),
        event: 'started',
        seed: true,
        seeds: 1,
        leeches: 0,
        given: 0,
      },
      { type: 'scrape', transport: 'http', peer: asker, infoHashes: 1 },
      { type: 'refused', transport: 'http', peer: asker, reason: 'info_hash has 1 bytes, not 20' },
    ])
  })

  test('no target throws, and every announce and scrape is answered with a dictionary', () => {
    const tracker = makeTracker()
    const piece = fc.constantFrom('&', '=', '%', '%01', 'info_hash=', 'peer_id=', 'port=', '1', HASH_TEXT, QUERY)
    const search = fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 5 }).map(latin1)), { maxLength: 20 })
    fc.assert(
      fc.property(fc.constantFrom('/announce?', '/scrape?'), search, (path, parts) => {
        expect(text(answerHttp(tracker, path + parts.join(''), from(ipv4(1))))).toMatch(/^d.*e$/s)
      }),
    )
  })
})
