import { afterEach, describe, expect, it, vi } from 'vitest'
import { PeerSources } from '../../src/lib/engine/peer-sources.ts'
import type { PeerAddress, PeerSource, TorrentView } from '../../src/lib/plugin/api.ts'
import { HASH, OURS } from '../wire/support.ts'

const PEER: PeerAddress = { host: '52.0.0.1', port: 1 }
const VIEW: TorrentView = { infoHash: HASH, peerId: OURS, name: undefined, private: false, port: 0 }

afterEach(() => {
  vi.useRealTimers()
})

function setUp(...sources: readonly PeerSource[]) {
  const found: [string, readonly PeerAddress[]][] = []
  const warnings: string[] = []
  let ends = 0
  let isPrivate = false
  const all = new PeerSources({
    sources,
    private: () => isPrivate,
    onPeers: (peers, name) => found.push([name, peers]),
    onWarning: message => warnings.push(message),
    onEnd: () => ends++,
  })
  const becomePrivate = (): void => {
    isPrivate = true
  }
  return { sources: all, found, warnings, becomePrivate, ends: () => ends }
}

function source(name: string, peers: PeerSource['peers'], allowPrivate = false): PeerSource {
  return { name, peers, allowPrivate }
}

describe('PeerSources', () => {
  it('hands on each batch as it comes, and says when a source ends', async () => {
    const { sources, found, ends } = setUp(
      source('list', async function* () {
        yield [PEER]
        yield []
        yield [PEER, { host: 1 } as unknown as PeerAddress]
      }),
    )
    sources.start(VIEW)
    expect(sources.running).toBe(1)
    await vi.waitFor(() => expect(ends()).toBe(1))
    expect(found).toEqual([
      ['list', [PEER]],
      ['list', []],
      ['list', [PEER]],
    ])
    expect(sources.running).toBe(0)
    await sources.stop()
  })

  it('asks only those that may be asked about private torrents', async () => {
    const asked: string[] = []
    const noting = (name: string, allowed: boolean): PeerSource =>
      source(
        name,
        async function* () {
          asked.push(name)
          yield []
        },
        allowed,
      )
    const { sources, becomePrivate, ends } = setUp(noting('dht', false), noting('file', true))
    becomePrivate()
    sources.start({ ...VIEW, private: true })
    await vi.waitFor(() => expect(ends()).toBe(1))
    expect(asked).toEqual(['file'])
  })

  it('hears no more of one when the metadata says that the torrent is private', async () => {
    const { sources, found, becomePrivate, ends } = setUp(
      source('dht', async function* () {
        yield [PEER]
        becomePrivate()
        yield [PEER]
      }),
    )
    sources.start(VIEW)
    await vi.waitFor(() => expect(ends()).toBe(1))
    expect(found).toEqual([['dht', [PEER]]])
  })

  it('goes on without one that fails', async () => {
    const { sources, found, warnings, ends } = setUp(
      source('broken', () => {
        throw new Error('no network')
      }),
      source('list', async function* () {
        yield [PEER]
      }),
    )
    sources.start(VIEW)
    await vi.waitFor(() => expect(ends()).toBe(2))
    expect(warnings).toEqual(['peer source broken: no network'])
    expect(found).toEqual([['list', [PEER]]])
  })

  it('stops a source by its signal, quietly', async () => {
    const { sources, warnings, ends } = setUp(
      source('endless', async function* (_view, io) {
        yield [PEER]
        await io.sleep(1e9)
      }),
    )
    sources.start(VIEW)
    await sources.stop()
    expect(sources.running).toBe(0)
    expect(warnings).toEqual([])
    expect(ends()).toBe(0)
  })

  it('waits a second for one that does not heed it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { sources } = setUp(
      source('deaf', async function* () {
        yield []
        await new Promise(() => undefined)
      }),
    )
    sources.start(VIEW)
    await vi.advanceTimersByTimeAsync(0)
    let done = false
    void sources.stop().then(() => (done = true))
    await vi.advanceTimersByTimeAsync(999)
    expect(done).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(done).toBe(true)
  })
})
