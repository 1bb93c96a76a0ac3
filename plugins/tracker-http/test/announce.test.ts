import * as fc from 'fast-check'
import type { BencodeInput } from '../../../src/lib/plugin/api.ts'
import { fakeIo } from '../../../src/lib/plugin/testing.ts'
import { describe, expect, it } from 'vitest'
import hook from '../src/index.ts'
import { answering, kit, request, tracker, url } from './fixtures.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const announce = async (body: BencodeInput, status?: number): ReturnType<typeof tracker.announce> =>
  tracker.announce(url, request, answering(body, status))
const fails = (code: string, message: RegExp): object =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('an answer', () => {
  it('lists compact peers of both families', async () => {
    const six = bytes(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1a, 0xe1)
    const answer = await announce({
      interval: 900,
      peers: bytes(1, 2, 3, 4, 0x1a, 0xe1, 5, 6, 7, 8, 0, 0),
      peers6: six,
    })
    expect(answer).toEqual({
      interval: 900,
      peers: [
        { host: '1.2.3.4', port: 6881 },
        { host: '2001:db8::1', port: 6881 },
      ],
    })
  })

  it('lists peers as dictionaries, the unusable ones left out', async () => {
    const entries = [
      ['1.2.3.4', 1],
      ['2001:DB8:0::1', 2],
      ['::ffff:9.8.7.6', 3],
      ['peer.example', 4],
      ['1.2.3.4', 0],
      ['1.2.3.4', 65_536],
      ['::1]/[', 5],
      ['a b', 6],
      ['', 7],
    ] as const
    const { peers } = await announce({
      interval: 1,
      peers: entries.map(([ip, port]) => ({ ip, port, 'peer id': 'x' })),
    })
    expect(peers[0]).toEqual({ host: '1.2.3.4', port: 1, peerId: bytes(0x78) })
    expect(peers.map(peer => kit.formatAddress(peer))).toEqual([
      '1.2.3.4:1',
      '[2001:db8::1]:2',
      '9.8.7.6:3',
      'peer.example:4',
    ])
  })

  it('carries all the rest', async () => {
    const answer = await announce({
      interval: 900,
      'min interval': 300,
      complete: 5,
      incomplete: 6,
      downloaded: 7,
      'warning message': 'behave\u0007\u202E!',
      'tracker id': bytes(0xff, 0x41),
      'external ip': bytes(9, 8, 7, 6),
      peers: '',
    })
    expect(answer).toEqual({
      peers: [],
      interval: 900,
      minInterval: 300,
      complete: 5,
      incomplete: 6,
      downloaded: 7,
      warning: 'behave !',
      trackerId: '\u00ffA',
      externalIp: '9.8.7.6',
    })
  })

  it.each([
    [1024, 1024],
    [1025, undefined],
  ])('has its tracker id sent back where that has no more than 1,024 bytes: %i', async (length, kept) => {
    const { trackerId } = await announce({ interval: 1, 'tracker id': 'x'.repeat(length), peers: '' })
    expect(trackerId?.length).toBe(kept)
  })

  it('keeps what it has no name for', async () => {
    const { extra } = await announce({ interval: 1, peers: '', 'x-load': 3, retry: { a: 'b' } })
    expect([...(extra?.keys() ?? [])]).toEqual(['retry', 'x-load'])
  })

  it('may have an IPv6 external ip (BEP 24)', async () => {
    const ip = new Uint8Array(16)
    ip[15] = 1
    expect((await announce({ interval: 1, 'external ip': ip })).externalIp).toBe('::1')
  })

  it.each([{}, { interval: -1 }, { interval: 0 }])('without a usable interval means half an hour: %j', async body => {
    expect((await announce(body)).interval).toBe(1800)
  })

  it('is read in spite of decoration of the wrong type and of bytes that follow', async () => {
    const body = {
      interval: 900,
      complete: 'x',
      'warning message': 1,
      'tracker id': 2,
      'external ip': bytes(1, 2),
      'min interval': 'y',
    }
    const raw = new Uint8Array([...kit.encode(body), 0x0d, 0x0a])
    expect(await announce(raw)).toEqual({ interval: 900, peers: [] })
  })
})

describe('an answer that makes no sense', () => {
  it.each<[string, BencodeInput]>([
    ['HTML', new TextEncoder().encode('<html>')],
    ['nothing', new Uint8Array()],
    ['a list', [1]],
    ['an interval that is a string', { interval: 'x' }],
    ['a failure reason that is a number', { 'failure reason': 1 }],
    ['peers that are a number', { peers: 1 }],
    ['peers of 7 bytes', { peers: new Uint8Array(7) }],
    ['peers6 of 6 bytes', { peers6: new Uint8Array(6) }],
    ['a peer that is a number', { peers: [1] }],
    ['a peer without a port', { peers: [{ ip: '1.2.3.4' }] }],
  ])('%s', async (_, body) => {
    await expect(announce(body)).rejects.toEqual(
      fails('TRACKER_INVALID_ANSWER', /^the tracker http:\/\/tracker\.example\/announce sent/),
    )
  })

  it('never breaks the reader', async () => {
    const value = fc.letrec<{ value: BencodeInput }>(tie => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.uint8Array({ maxLength: 20 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('ip', 'port', 'x'), tie('value'), { maxKeys: 3 }),
      ),
    })).value
    const key = fc.constantFrom('interval', 'peers', 'peers6', 'failure reason', 'retry in', 'external ip', 'complete')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(key, value), fc.constantFrom(200, 404), async (body, status) => {
        const answer = await announce(body, status).catch((error: unknown) => error)
        if (answer instanceof Error) expect(answer).toMatchObject({ code: expect.stringMatching(/^TRACKER_/) })
        else expect(answer).toMatchObject({ peers: expect.any(Array), interval: expect.any(Number) })
      }),
    )
  })
})

describe('a refusal', () => {
  it("shows the tracker's own text, made harmless", async () => {
    await expect(announce({ 'failure reason': 'not\u001B[31m authorized\r\n' })).rejects.toEqual(
      fails('TRACKER_REFUSED', /^the tracker http:\/\/tracker\.example\/announce refused: not \[31m authorized$/),
    )
  })

  it.each([
    [5, 300],
    ['5', 300],
    ['never', 'never'],
    [0, undefined],
    ['soon', undefined],
    [-1, undefined],
    [undefined, undefined],
  ])('with "retry in" %s is to be repeated after %s seconds (BEP 31)', async (retry, seconds) => {
    const error: unknown = await announce({ 'failure reason': 'x', 'retry in': retry }).catch(
      (caught: unknown) => caught,
    )
    const details = { status: 200, reason: 'x', ...(seconds === undefined ? {} : { retryAfter: seconds }) }
    expect(error).toMatchObject({ code: 'TRACKER_REFUSED' })
    expect(error).toHaveProperty('details', details)
  })

  it('by HTTP status names it, and the reason in the body if there is one', async () => {
    const page = new TextEncoder().encode('<html>')
    await expect(announce(page, 404)).rejects.toEqual(fails('TRACKER_REFUSED', /HTTP status 404$/))
    await expect(announce({ interval: 1 }, 500)).rejects.toEqual(fails('TRACKER_REFUSED', /HTTP status 500$/))
    const reason = announce({ 'failure reason': 'banned', 'retry in': 'never' }, 403)
    await expect(reason).rejects.toEqual(fails('TRACKER_REFUSED', /refused: banned$/))
    await expect(reason).rejects.toMatchObject({ details: { status: 403, reason: 'banned', retryAfter: 'never' } })
  })
})

describe('a tracker out of reach', () => {
  it('is named without its secrets', async () => {
    const io = fakeIo({
      http: () => {
        throw new Error('tracker.example refused the connection')
      },
    })
    const secret = new URL('http://user:pw@tracker.example:81/announce?passkey=s3cret')
    await expect(tracker.announce(secret, request, io)).rejects.toEqual(
      fails(
        'TRACKER_UNREACHABLE',
        /^cannot reach the tracker http:\/\/tracker\.example:81\/announce: tracker\.example refused the connection$/,
      ),
    )
  })

  it('is no failure of the tracker where the user stopped', async () => {
    const io = answering({})
    const reason = new Error('interrupted')
    io.abort(reason)
    await expect(tracker.announce(url, request, io)).rejects.toBe(reason)
  })
})

it('is what the hook returns', async () => {
  // Nothing of oclif's context is used, only the kit.
  const load: (this: never, options: never) => Promise<unknown> = hook
  const plugin = await load.call({} as never, { kit } as never)
  expect(plugin).toMatchObject({ api: 1, trackers: [{ schemes: ['http:', 'https:'] }] })
})
