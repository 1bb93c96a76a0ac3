// The contract's cases can fail: each plugin here breaks one promise, and is told of it.
import { describe, expect, it, test } from 'vitest'
import type {
  ExtensionPeer,
  ExtensionSession,
  Io,
  PeerAddress,
  PeerSource,
  Tracker,
  WireExtension,
} from '../../src/lib/plugin/api.ts'
import {
  extensionContract,
  fakeIo,
  sourceContract,
  testKit,
  trackerContract,
  type ContractCase,
} from '../../src/lib/plugin/testing.ts'

const kit = testKit()
const PEER: PeerAddress = { host: '192.0.2.1', port: 1 }

/** The names of the cases that fail, with why. */
async function failures(cases: readonly ContractCase[]): Promise<string> {
  const outcomes = await Promise.all(
    cases.map(({ name, run }) =>
      run().then(
        () => [],
        (error: unknown) => [`${name}: ${String(error)}`],
      ),
    ),
  )
  return outcomes.flat().join('\n')
}

describe('a tracker that', () => {
  const url = new URL('test://tracker.example/announce')
  const good: Tracker = {
    schemes: ['test:'],
    announce: async (_url, request, io) => {
      const { body } = await io.http(new URL('http://tracker.example/')).catch((cause: unknown) => {
        io.signal.throwIfAborted()
        throw kit.error('TRACKER_UNREACHABLE', 'no tracker', { cause })
      })
      if (String.fromCharCode(...body) !== 'ok') throw kit.error('TRACKER_INVALID_ANSWER', 'nonsense')
      return { peers: request.event === 'stopped' ? [] : [PEER], interval: 60 }
    },
    scrape: async (_url, infoHashes) =>
      infoHashes.map(infoHash => ({ infoHash, complete: 0, downloaded: 0, incomplete: 0 })),
  }
  const world = () => fakeIo({ http: () => ({ body: 'ok' }) })
  const check = (changes: Partial<Tracker>) =>
    failures(trackerContract({ tracker: { ...good, ...changes }, url, world }))
  const answering = (answer: unknown) => ({ announce: (async () => answer) as Tracker['announce'] })

  test('keeps to the contract, passes', async () => {
    expect(await check({})).toBe('')
  })

  it.each<[string, Partial<Tracker>, string]>([
    ['has another scheme', { schemes: ['other:'] }, 'test: is not among its schemes'],
    ['names what is no address', answering({ peers: [{ host: 'a', port: 0 }], interval: 60 }), 'a port of 1 to 65535'],
    ['names no interval', answering({ peers: [PEER] }), 'interval is seconds'],
    ['throws an error of its own', { announce: () => Promise.reject(new Error('x')) }, 'made by kit.error()'],
    [
      'names another code',
      { announce: () => Promise.reject(kit.error('USAGE', 'x')) },
      'fails with a TRACKER_ code, not with USAGE',
    ],
    [
      'changes the request',
      {
        announce: (to, request, io) => {
          ;(request as { port: number }).port = 1
          return good.announce(to, request, io)
        },
      },
      'read only property',
    ],
    ['heeds no signal', { announce: async () => new Promise(() => {}) }, 'goes on though its signal is aborted'],
    [
      'leaves a socket open',
      {
        announce: async (to, request, io) => {
          await io.udp()
          return good.announce(to, request, io)
        },
      },
      'every UDP socket is closed',
    ],
    [
      'scrapes another torrent',
      {
        scrape: async () => [{ infoHash: kit.infoHash(new Uint8Array(20)), complete: 0, downloaded: 0, incomplete: 0 }],
      },
      'of an info-hash that was asked for',
    ],
  ])('%s, fails', async (_, changes, complaint) => {
    // What never ends is no concern of the other cases.
    const cases = trackerContract({ tracker: { ...good, ...changes }, url, world })
    const some = complaint.includes('signal') ? cases.filter(({ name }) => name.includes('signal')) : cases
    expect(await failures(some)).toContain(complaint)
  })
})

describe('a source that', () => {
  const sourceOf = (peers: (io: Io) => AsyncIterable<unknown>): PeerSource => ({
    name: 'test',
    peers: (_torrent, io) => peers(io) as AsyncIterable<readonly PeerAddress[]>,
  })
  const good = sourceOf(async function* (io) {
    yield [PEER]
    await io.sleep(1e9)
  })

  test('keeps to the contract, passes', async () => {
    expect(await failures(sourceContract({ source: good, names: true }))).toBe('')
  })

  it.each<[string, PeerSource, string]>([
    ['has no name', { ...good, name: '' }, 'has a name'],
    [
      'names what is no address',
      sourceOf(async function* () {
        yield ['192.0.2.1:1']
      }),
      'a host each',
    ],
    [
      'never waits',
      sourceOf(async function* () {
        for (;;) yield []
      }),
      'batches at one moment',
    ],
    [
      'names none where it should',
      sourceOf(async function* () {
        yield []
      }),
      'names peers',
    ],
    [
      'breaks without network',
      sourceOf(async function* (io) {
        yield []
        await io.http(new URL('http://h/')).catch(() => undefined)
        throw new TypeError('oops')
      }),
      'oops',
    ],
  ])('%s, fails', async (_, source, complaint) => {
    expect(await failures(sourceContract({ source, names: true }))).toContain(complaint)
  })

  test('heeds no signal, fails', async () => {
    const source = sourceOf(async function* () {
      yield []
      await new Promise(() => undefined)
    })
    const cases = sourceContract({ source }).filter(({ name }) => name.includes('signal'))
    expect(await failures(cases)).toContain('goes on though its signal is aborted')
  })
})

describe('an extension that', () => {
  const extensionOf = (
    connect: (peer: ExtensionPeer) => Partial<ExtensionSession>,
    name = 'ut_test',
  ): WireExtension => ({
    name,
    open: () => ({ connect: peer => ({ onHandshake: () => undefined, onMessage: () => undefined, ...connect(peer) }) }),
  })

  test('keeps to the contract, passes', async () => {
    const echo = extensionOf(peer => ({
      onHandshake: (_dict, speaks) => void (speaks && peer.send(Uint8Array.of(1))),
    }))
    expect(await failures(extensionContract({ extension: echo }))).toBe('')
  })

  it.each<[string, WireExtension, string]>([
    ['has a name with a space', extensionOf(() => ({}), 'a b'), 'printable ASCII'],
    ['says what `m` is', extensionOf(() => ({ handshake: () => ({ m: {} }) })), "`m` is the host's"],
    ['adds what can not be sent', extensionOf(() => ({ handshake: () => ({ x: 1.5 }) })), 'can be bencoded'],
    ['drops its like', extensionOf(peer => ({ onHandshake: () => peer.close('bye') })), 'said: bye'],
    [
      'throws at a message',
      extensionOf(() => ({ onMessage: payload => void kit.decode(payload) })),
      'bears any message: BtError',
    ],
    [
      'throws at a handshake',
      extensionOf(() => ({
        handshake: () => ({ size: 1 }),
        onHandshake: dict => void (dict.get('size') as number).toFixed(),
      })),
      'bears any extension handshake',
    ],
    ['never moves its deadline', extensionOf(() => ({ deadline: 5 })), "a session's deadline stayed at 5"],
  ])('%s, fails', async (_, extension, complaint) => {
    expect(await failures(extensionContract({ extension }))).toContain(complaint)
  })
})
