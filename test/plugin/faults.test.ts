// Every way in which a plugin can fail where the engine calls it; in each the rest goes on and the plugin is named.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { announceTo, scrapeFrom } from '../../src/lib/engine/tracker-call.ts'
import { PeerSources } from '../../src/lib/engine/peer-sources.ts'
import type {
  AnnounceRequest,
  AnnounceResponse,
  ExtensionPeer,
  ExtensionSession,
  ExtensionTorrent,
  PeerAddress,
  PeerSource,
  ScrapeEntry,
  TorrentView,
  Tracker,
  WireExtension,
} from '../../src/lib/plugin/api.ts'
import { PluginRegistry } from '../../src/lib/plugin/registry.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { ExtensionHub } from '../../src/lib/swarm/extension-hub.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { parseExtendedHandshake } from '../../src/lib/wire/extended.ts'
import { HASH, opened, OURS } from '../wire/support.ts'

const PEER: PeerAddress = { host: '52.0.0.1', port: 1 }
const request: AnnounceRequest = {
  infoHash: HASH,
  peerId: OURS,
  port: 1,
  key: 1,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  numWant: 50,
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a tracker that', () => {
  const NEVER = new Promise<never>(() => undefined)
  const call = (tracker: Partial<Tracker>) => ({
    registry: new PluginRegistry([
      {
        name: 'x',
        origin: 'user',
        plugin: { api: 1, trackers: [{ schemes: ['test:'], announce: () => NEVER, ...tracker }] },
      },
    ]),
    url: 'test://tracker/announce',
    signal: new AbortController().signal,
    onWarning: () => undefined,
  })
  const announce = (answer: () => unknown): Promise<AnnounceResponse> =>
    announceTo(call({ announce: answer as Tracker['announce'] }), request)

  it.each<[string, unknown]>([
    ['an error', new Error('boom')],
    ['text', 'boom'],
    ['nothing', undefined],
  ])('throws %s at once or later, is a tracker that failed', async (_, thrown) => {
    const rejected = announce(() => {
      throw thrown
    })
    await expect(rejected).rejects.toMatchObject({ code: 'TRACKER_UNREACHABLE' })
    await expect(announce(() => Promise.reject(thrown as Error))).rejects.toMatchObject({ code: 'TRACKER_UNREACHABLE' })
  })

  it.each([
    undefined,
    null,
    7,
    'peers',
    [],
    {},
    { peers: [] },
    { interval: 60 },
    { peers: 'x', interval: 60 },
    { peers: [], interval: NaN },
  ])('answers %j, gave an invalid answer', async answer => {
    await expect(announce(() => answer)).rejects.toMatchObject({ code: 'TRACKER_INVALID_ANSWER' })
  })

  it('answers with fields of the wrong type, loses those alone', async () => {
    const peers = [PEER, null, 7, { host: 1, port: 1 }, { host: '52.0.0.2', port: 1.5 }]
    const wrong = { minInterval: '9', complete: -1, incomplete: {}, warning: 5, trackerId: [], externalIp: 4 }
    const newer = { downloaded: 'x', extra: new Map([['a', 1.5]]) }
    const answer = { peers: [...peers, { ...PEER, peerId: 5 }], interval: 60, ...wrong, ...newer, more: 1 }
    expect(await announce(() => answer)).toEqual({ peers: [PEER, PEER], interval: 60 })
  })

  it('hangs in announce or scrape, heeding no signal, is given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hanging = call({ scrape: () => NEVER })
    const ends = [announceTo(hanging, request), scrapeFrom(hanging, [HASH])].map(end =>
      expect(end).rejects.toMatchObject({
        code: 'TRACKER_UNREACHABLE',
        message: expect.stringContaining('within 20 s'),
      }),
    )
    await vi.advanceTimersByTimeAsync(20_000)
    await Promise.all(ends)
  })

  it('scrapes nonsense, is one that does not know the torrent', async () => {
    const scrape = (answer: unknown) =>
      scrapeFrom(call({ scrape: (async () => answer) as NonNullable<Tracker['scrape']> }), [HASH])
    const entry: ScrapeEntry = { infoHash: HASH, complete: 1, downloaded: 2, incomplete: 3 }
    expect(await scrape([null, { ...entry, complete: 'x' }, { infoHash: 'x' }, entry])).toEqual([entry])
    await expect(scrape({ complete: 1 })).rejects.toMatchObject({ code: 'TRACKER_INVALID_ANSWER' })
  })

  it('makes an error with a code that bt does not know, still has an exit status', () => {
    expect(toolkit.error('NONSENSE' as 'USAGE', 'x')).toMatchObject({ code: 'PLUGIN_FAILED', exitCode: 1 })
  })
})

describe('a peer source that', () => {
  const VIEW: TorrentView = { infoHash: HASH, peerId: OURS, name: undefined, private: false, port: 0 }
  const run = (peers: unknown) => {
    const found: PeerAddress[] = []
    const warnings: string[] = []
    const sources = new PeerSources({
      sources: [
        { name: 'bad', peers: peers as PeerSource['peers'] },
        {
          name: 'good',
          peers: async function* () {
            yield [PEER]
          },
        },
      ],
      private: () => false,
      onPeers: batch => found.push(...batch),
      onWarning: message => warnings.push(message),
      onEnd: () => undefined,
    })
    sources.start(VIEW)
    return { found, warnings, sources }
  }

  it.each<[string, unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('boom')
      },
      'boom',
    ],
    [
      'throws in its iterator',
      async function* () {
        yield []
        throw new Error('boom')
      },
      'boom',
    ],
    ['gives nothing to iterate', () => 7, 'not'],
  ])('%s, is over with a warning', async (_, peers, why) => {
    const { found, warnings, sources } = run(peers)
    await vi.waitFor(() => expect(sources.running).toBe(0))
    expect(warnings).toEqual([expect.stringContaining('peer source bad: ')])
    expect(warnings[0]).toContain(why)
    expect(found).toEqual([PEER])
  })

  it('names what is no address, loses those alone', async () => {
    const { found, warnings, sources } = run(function* () {
      yield* [7, null, 'x', [null, {}, { host: 5, port: 5 }, { host: '52.0.0.2', port: 2 }]]
    })
    await vi.waitFor(() => expect(sources.running).toBe(0))
    expect(warnings).toEqual([])
    expect(found).toHaveLength(2)
  })

  it('never waits for anything, leaves the others their time', async () => {
    let ended = false
    const { found, sources } = run(async function* () {
      try {
        for (;;) yield []
      } finally {
        ended = true
      }
    })
    await vi.waitFor(() => expect(found).toEqual([PEER]))
    await sources.stop()
    expect(ended).toBe(true)
  })
})

describe('an extension that', () => {
  /** A peer greeted, shaken by the hand and sent a message, with one extension that is bad and one that is good. */
  const meet = async (
    bad:
      Partial<ExtensionSession> | ((peer: ExtensionPeer) => unknown) | { open: (torrent: ExtensionTorrent) => unknown },
  ) => {
    const warnings: string[] = []
    const heard: string[] = []
    const learned: PeerAddress[] = []
    const open = 'open' in bad ? (bad.open as WireExtension['open']) : () => ({ connect: connectOf(bad) })
    const good: ExtensionSession = {
      onHandshake: () => void heard.push('handshake'),
      onMessage: () => void heard.push('message'),
      deadline: 0,
      handleTimeout: () => void heard.push('timeout'),
      onClose: () => void heard.push('close'),
    }
    const hub = new ExtensionHub(
      [
        { name: 'bad', open },
        { name: 'good', open: () => ({ connect: () => good }) },
      ],
      {
        infoHash: HASH,
        metadata: () => undefined,
        offerMetadata: () => false,
        addPeers: peers => void learned.push(...peers),
        touch: () => undefined,
        warn: text => void warnings.push(text),
        core: () => undefined,
        uploadOnly: () => false,
        dropPeer: () => undefined,
      },
    )
    const peer = new SwarmPeer(1, PEER, 'us')
    peer.connection = opened()
    hub.greet(peer, 'bt test', 1)
    const theirs = parseExtendedHandshake(encode({ m: { bad: 1, good: 2 } }))
    const ids = peer.extensions?.handshake({}) as { readonly m: Readonly<Record<string, number>> }
    if (theirs !== undefined) peer.extensions?.onHandshake(theirs, 1)
    for (const id of Object.values(ids.m)) peer.extensions?.onMessage(id, Uint8Array.of(1), 2)
    peer.extensions?.handleTimeout(3)
    peer.extensions?.close(4)
    await new Promise(resolve => setImmediate(resolve))
    expect(heard).toEqual(['handshake', 'message', 'timeout', 'close'])
    return { warnings, learned }
  }
  const connectOf = (bad: Partial<ExtensionSession> | ((peer: ExtensionPeer) => unknown)) => (peer: ExtensionPeer) =>
    (typeof bad === 'function'
      ? bad(peer)
      : { onHandshake: () => undefined, onMessage: () => undefined, ...bad }) as ExtensionSession
  const boom = (): never => {
    throw new Error('boom')
  }

  it.each<[string, Parameters<typeof meet>[0]]>([
    ['throws in open', { open: boom }],
    ['opens nothing', { open: () => undefined }],
    ['opens something without connect', { open: () => ({}) }],
    ['throws in connect', boom],
    ['connects nothing', () => undefined],
    ['connects no session', () => ({ onHandshake: 1 })],
    ['throws in handshake', { handshake: boom }],
    ['adds to the handshake what can not be sent', { handshake: () => ({ x: 1.5 }) }],
    ['adds nonsense to the handshake', { handshake: () => 'x' as unknown as Record<string, never> }],
    ['throws in onHandshake', { onHandshake: boom }],
    ['throws in onMessage', { onMessage: boom }],
    ['rejects in onMessage', { onMessage: (): unknown => Promise.reject(new Error('boom')) }],
    [
      'throws in its deadline',
      {
        get deadline() {
          return boom()
        },
      },
    ],
    ['throws in handleTimeout', { deadline: 0, handleTimeout: boom }],
    ['throws in onClose', { onClose: boom }],
    [
      'sends what is no bytes',
      (peer: ExtensionPeer) => ({
        onHandshake: () => peer.send('x' as unknown as Uint8Array),
        onMessage: () => undefined,
      }),
    ],
    [
      'sends too much',
      (peer: ExtensionPeer) => ({ onHandshake: () => peer.send(new Uint8Array(512_000)), onMessage: () => undefined }),
    ],
  ])('%s, is left out with a warning', async (_, bad) => {
    const { warnings } = await meet(bad)
    expect(warnings).toEqual([expect.stringMatching(/^extension bad failed and is left out where it did: /)])
  })

  it('never moves its deadline, is called once a tick and no more', async () => {
    expect((await meet({ deadline: -Infinity })).warnings).toEqual([])
    expect((await meet({ deadline: NaN })).warnings).toEqual([])
  })

  it('names what is no address, loses those alone', async () => {
    const { learned, warnings } = await meet({
      open: torrent => {
        torrent.addPeers([7, null, PEER, { host: 1 }] as unknown as PeerAddress[])
        torrent.addPeers(undefined as unknown as PeerAddress[])
        return { connect: connectOf({}) }
      },
    })
    expect({ learned, warnings }).toEqual({ learned: [PEER], warnings: [] })
  })
})
