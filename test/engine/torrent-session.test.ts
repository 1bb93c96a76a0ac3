// One session, with everything around it faked but the loopback.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { infoHash, peerId } from '../../src/lib/base/ids.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { SessionOptions } from '../../src/lib/engine/session-options.ts'
import { TorrentSession } from '../../src/lib/engine/torrent-session.ts'
import type { SessionEvent } from '../../src/lib/engine/session-events.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { LimitPair } from '../../src/lib/engine/rate-limits.ts'
import { RunBuffers } from '../../src/lib/engine/run-buffers.ts'
import type { Storage } from '../../src/lib/engine/storage.ts'
import { parseInfo, parseMetainfo, type Info } from '../../src/lib/metainfo/metainfo.ts'
import type { BtPlugin } from '../../src/lib/plugin/api.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { fixture, sha1, singleFileInfo } from '../metainfo/samples.ts'
import { eventOf, eventsOf } from './support/content.ts'
import { SocketBudget } from '../../src/lib/net/socket-budget.ts'
import { Disk } from '../../src/lib/storage/disk.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

const RAW = encode(singleFileInfo())
const INFO: Info = parseInfo(RAW)
/** Nobody is there: discard (RFC 863) needs rights to listen on. */
const NOBODY = { host: '127.0.0.1', port: 9 }

function storageOf(info: Info, changes: Partial<Storage> = {}): Storage {
  return {
    have: new Bitfield(info.pieceCount),
    wanted: Bitfield.full(info.pieceCount),
    readInto: () => Promise.reject(new BtError('INTERNAL', 'nothing to read')),
    write: () => Promise.resolve(),
    close: () => Promise.resolve(),
    ...changes,
  }
}

interface SetUp extends Omit<Partial<SessionOptions>, 'source'> {
  readonly source?: Partial<SessionOptions['source']>
  readonly plugin?: Partial<BtPlugin>
}

function setUp({ source, plugin = {}, ...options }: SetUp = {}) {
  const tracker = new FakeTracker()
  const session = new TorrentSession(
    {
      peerId: peerId(new Uint8Array(20).fill(1)),
      port: 7000,
      announcePort: 7000,
      key: 1,
      client: 'test',
      registry: registryOf({ trackers: [tracker], ...plugin }),
      sockets: new SocketBudget(),
      disk: new Disk(),
      limits: new LimitPair(),
      now: () => performance.now(),
      random: () => Math.random(),
      hasher: new Hasher(),
      runBuffers: new RunBuffers(),
    },
    { source: { infoHash: INFO.infoHash, tiers: [], peers: [], ...source }, ...options },
  )
  onTestFinished(() => session.stop().catch(() => undefined))
  const events: SessionEvent[] = eventsOf(session)
  const stages = (): readonly string[] => events.flatMap(event => (event.type === 'stage' ? [event.stage] : []))
  return { session, tracker, events, stages }
}

describe('a session', () => {
  it('goes through its stages in order', async () => {
    const { session, stages } = setUp({
      storage: info => Promise.resolve(storageOf(info)),
      recall: () => Promise.resolve(RAW),
    })
    session.start()
    await eventOf(session, 'stage', ({ stage }) => stage === 'downloading')
    await session.stop()
    expect(stages()).toEqual(['checking', 'downloading', 'stopped'])
  })

  it('announces nothing before what is there has been checked', async () => {
    let open: (() => void) | undefined
    const { session, tracker } = setUp({
      source: { info: INFO, tiers: [[TRACKER_URL]] },
      storage: async info => {
        await new Promise<void>(resolve => {
          open = resolve
        })
        return storageOf(info, { have: new Bitfield(info.pieceCount) })
      },
    })
    session.start()
    expect(session.stage).toBe('checking')
    expect(tracker.requests).toEqual([])
    open?.()
    await eventOf(session, 'announced')
    expect(tracker.requests).toMatchObject([{ event: 'started', left: 92_063 }])
  })

  it('opens its storage once, even where the metadata comes while the record is looked for', async () => {
    let found: ((raw: Uint8Array | undefined) => void) | undefined
    let opened = 0
    const { session } = setUp({
      storage: info => {
        opened++
        return Promise.resolve(storageOf(info))
      },
      recall: () =>
        new Promise(resolve => {
          found = resolve
        }),
    })
    session.start()
    expect(session.runner.offerMetadata(RAW)).toBe(true)
    expect((await session.metadata).name).toBe('sample.txt')
    found?.(undefined)
    await eventOf(session, 'stage', ({ stage }) => stage === 'downloading')
    expect(opened).toBe(1)
  })

  it.each([
    ['is unreadable', () => Promise.reject(new Error('damaged'))],
    ['is of another torrent', () => Promise.resolve(Uint8Array.of(1))],
    ['is not there', () => Promise.resolve(undefined)],
  ])('asks peers where the record %s', async (_, recall) => {
    const { session } = setUp({ recall, source: { tiers: [[TRACKER_URL]] } })
    session.start()
    await eventOf(session, 'announced')
    expect(session.stage).toBe('metadata')
  })

  it('fails where the metadata is no usable torrent, whoever brings it', async () => {
    const raw = encode({ name: 'nothing else' })
    const { session, stages } = setUp({ source: { infoHash: infoHash(sha1(raw)) }, recall: () => Promise.resolve(raw) })
    session.start()
    await expect(session.metadata).rejects.toMatchObject({ code: 'METAINFO_INVALID' })
    await expect(session.done).rejects.toMatchObject({ code: 'METAINFO_INVALID' })
    await session.stop()
    expect(stages()).toEqual(['failed'])
  })

  it('fails for a v2-only torrent, which it can not transfer', async () => {
    const { info } = parseMetainfo(fixture('v2-single'))
    const { session } = setUp({
      source: { info, infoHash: info.infoHash },
      storage: () => Promise.resolve(storageOf(info)),
    })
    session.start()
    await expect(session.done).rejects.toMatchObject({ code: 'UNSUPPORTED_TORRENT' })
  })

  it('closes a storage that was opened after it was stopped, and no other way', async () => {
    let open: (() => void) | undefined
    let closed = 0
    const { session, stages } = setUp({
      source: { info: INFO },
      storage: async info => {
        await new Promise<void>(resolve => {
          open = resolve
        })
        return storageOf(info, {
          close: () => {
            closed++
            return Promise.resolve()
          },
        })
      },
    })
    session.start()
    const stopped = session.stop()
    open?.()
    await stopped
    expect(closed).toBe(1)
    expect(stages()).toEqual(['stopped'])
    expect(session.stop()).toBe(stopped)
  })

  it('fails where its state can not be saved', async () => {
    const { session } = setUp({
      source: { info: INFO },
      storage: info =>
        Promise.resolve(storageOf(info, { close: () => Promise.reject(new BtError('DISK_FULL', 'no space left')) })),
    })
    session.start()
    await eventOf(session, 'stage', ({ stage }) => stage === 'downloading')
    await expect(session.stop()).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(session.stage).toBe('failed')
    await expect(session.failure).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  it('waits for the storage that is being opened when it is stopped, and closes it', async () => {
    const close = vi.fn(() => Promise.resolve())
    let opened: (() => void) | undefined
    const { session, stages } = setUp({
      source: { info: INFO },
      storage: async info => {
        await new Promise<void>(resolve => {
          opened = resolve
        })
        return storageOf(info, { close })
      },
    })
    session.start()
    const stopped = session.stop()
    const order: string[] = []
    void stopped.then(() => order.push('stopped'))
    await Promise.resolve()
    order.push('opened')
    opened?.()
    await stopped
    await Promise.resolve()
    expect(order).toEqual(['opened', 'stopped'])
    expect(close).toHaveBeenCalledOnce()
    expect(stages()).toEqual(['stopped'])
  })

  it('opens nothing, and asks nobody, when it is stopped while it looks for saved metadata', async () => {
    let found: ((raw: Uint8Array | undefined) => void) | undefined
    const storage = vi.fn(info => Promise.resolve(storageOf(info)))
    const { session, tracker } = setUp({
      source: { tiers: [[TRACKER_URL]] },
      storage,
      recall: () =>
        new Promise(resolve => {
          found = resolve
        }),
    })
    session.start()
    const stopped = session.stop()
    found?.(RAW)
    await stopped
    expect(storage).not.toHaveBeenCalled()
    expect(tracker.events()).toEqual([])
  })

  it('opens nothing once it has failed, whoever still brings the metadata', async () => {
    const storage = vi.fn(info => Promise.resolve(storageOf(info)))
    const { session, stages } = setUp({ storage, giveUp: true })
    session.start()
    await expect(session.done).rejects.toMatchObject({ code: 'NO_PEERS' })
    session.runner.offerMetadata(RAW)
    await session.stop()
    expect(stages()).toEqual(['failed'])
    expect(storage).not.toHaveBeenCalled()
  })

  it('goes on though a listener throws, which is seen nowhere but outside', async () => {
    const outside: (() => void)[] = []
    vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(task => outside.push(task))
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    const { session, stages } = setUp({
      source: { info: INFO, peers: [NOBODY] },
      storage: info => Promise.resolve(storageOf(info)),
    })
    const off = session.subscribe(() => {
      throw new Error('a mistake of the listener')
    })
    session.start()
    await eventOf(session, 'peerDisconnected')
    expect(stages()).toEqual(['downloading'])
    expect(outside.length).toBeGreaterThan(1)
    for (const task of outside) expect(task).toThrow('a mistake of the listener')
    off()
    outside.length = 0
    await session.stop()
    expect(outside).toEqual([])
  })
})

describe('giving up', () => {
  const started = { info: INFO }
  const storage: SessionOptions['storage'] = info => Promise.resolve(storageOf(info))

  it('happens where nothing names a peer', async () => {
    const { session } = setUp({ source: started, storage, giveUp: true })
    session.start()
    await expect(session.done).rejects.toMatchObject({ code: 'NO_PEERS' })
  })

  it('happens where the only peer is dead', async () => {
    const { session } = setUp({ source: { ...started, peers: [NOBODY] }, storage, giveUp: true })
    session.start()
    await expect(session.done).rejects.toMatchObject({
      code: 'NO_PEERS',
      message: expect.stringContaining('127.0.0.1:9: connection refused'),
    })
  })

  it('happens where every tracker refuses', async () => {
    const { session, tracker } = setUp({ source: { ...started, tiers: [[TRACKER_URL]] }, storage, giveUp: true })
    tracker.answer = () => Promise.reject(new BtError('TRACKER_REFUSED', 'unregistered torrent'))
    session.start()
    await expect(session.done).rejects.toMatchObject({ message: 'unregistered torrent' })
  })

  it('happens when the last source has ended', async () => {
    let end: (() => void) | undefined
    const { session } = setUp({
      source: started,
      storage,
      giveUp: true,
      plugin: {
        sources: [
          {
            name: 'slow',
            peers: async function* () {
              await new Promise<void>(resolve => {
                end = resolve
              })
              yield []
            },
          },
        ],
      },
    })
    session.start()
    await eventOf(session, 'stage', ({ stage }) => stage === 'downloading')
    expect(session.stage).toBe('downloading')
    await expect.poll(() => end).toBeDefined()
    end?.()
    await expect(session.done).rejects.toMatchObject({ code: 'NO_PEERS' })
  })

  it('does not happen because we are leaving', async () => {
    const { session, tracker } = setUp({ source: { ...started, tiers: [[TRACKER_URL]] }, storage, giveUp: true })
    tracker.answer = (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('cut short')))
      })
    session.start()
    await expect.poll(() => tracker.requests.length).toBe(1)
    await session.stop()
    expect(session.stage).toBe('stopped')
    await expect(session.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('does not happen to who did not ask for it', async () => {
    const { session, events } = setUp({ source: { ...started, peers: [NOBODY] }, storage })
    session.start()
    await eventOf(session, 'peerDisconnected')
    await session.stop()
    expect(session.stage).toBe('stopped')
    expect(events.some(event => event.type === 'needPeers')).toBe(true)
  })
})
