// Hostile peers over real sockets, on what the simulation has not got: the listener, and how sockets deliver and end. The
// table of all that they may try is in test/sim/hostile.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { Engine } from '../../src/lib/engine/engine.ts'
import type { PeerAddress, PeerSource } from '../../src/lib/plugin/api.ts'
import { scriptedPeer, type PeerScript } from '../cli/support/scripted-peer.ts'
import { handshake, message, uint32 } from '../wire/support.ts'
import {
  eventOf,
  eventsOf,
  makeSample,
  openEngine,
  seedEngine,
  temporaryFolder,
  wrongFiles,
  type Sample,
} from './support/content.ts'
import { registryOf } from './support/plugins.ts'

const PIECES = 20
const BLOCK = 16_384
const REQUEST = 6

interface Hostile {
  /** Is given the engine that downloads. @returns where the hostile peers listen, if they do. */
  readonly start: (sample: Sample, engine: Engine) => Promise<readonly PeerAddress[]>
  /** What the session must say of it before the good peer comes. */
  readonly log?: { readonly type: 'peerBanned' | 'peerDisconnected'; readonly reason: string }
}

/** A peer that listens; undefined: with the torrent's info-hash, and every piece. */
function listening(script: (sample: Sample) => Partial<PeerScript>): Hostile['start'] {
  return async sample => {
    const { infoHash } = sample.source
    const { address } = await scriptedPeer({ infoHash, bitfield: Bitfield.full(PIECES).bytes, ...script(sample) })
    const [host = '', port] = address.split(':')
    return [{ host, port: Number(port) }]
  }
}

/** A thousand connections to us, each of which says this. */
function thousand(says: (sample: Sample, n: number) => Uint8Array): Hostile['start'] {
  return async (sample, engine) => {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => open(engine, says(sample, n))))
    return []
  }
}

function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(settle => (resolve = settle))
  return { promise, resolve }
}

async function open({ address = { host: '', port: 0 } }: Engine, says: Uint8Array): Promise<Socket> {
  const socket = connect(address)
  socket.on('error', () => undefined)
  socket.resume()
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  if (says.length > 0) socket.write(says)
  return socket
}

function idOf(n: number): Uint8Array {
  return Buffer.from(`-XX0001-${String(n).padStart(12, '0')}`)
}

const CASES: Readonly<Record<string, Hostile>> = {
  'opens a thousand connections, and says nothing': { start: thousand(() => new Uint8Array()) },
  'opens a thousand connections, and stops in the middle of each handshake': {
    start: thousand(({ source }, n) => handshake(source.infoHash, idOf(n)).subarray(0, 40)),
  },
  'opens a thousand connections, each with a peer id of its own': {
    start: thousand(({ source }, n) => handshake(source.infoHash, idOf(n))),
  },
  'never finishes its handshake': {
    start: listening(({ source }) => ({
      onConnection: socket => void socket.write(handshake(source.infoHash).subarray(0, 67)),
    })),
  },
  'sends a byte at a time': {
    start: listening(({ source }) => ({ onConnection: socket => void trickle(socket, source.infoHash) })),
  },
  'resets the connection in the middle of a block': {
    start: listening(() => ({
      onMessage: ({ id }, reply, socket) => {
        if (id === 2) reply(1, new Uint8Array())
        if (id !== REQUEST) return
        socket.write(message(7, uint32(0), uint32(0), new Uint8Array(BLOCK)).subarray(0, 5000), () =>
          socket.resetAndDestroy(),
        )
      },
    })),
    log: { type: 'peerDisconnected', reason: 'closed-by-peer' },
  },
  'sends wrong bytes': {
    start: listening(() => ({
      onMessage: ({ id, payload }, reply) => {
        if (id === 2) reply(1, new Uint8Array())
        if (id === REQUEST) reply(7, Buffer.concat([payload.subarray(0, 8), new Uint8Array(BLOCK)]))
      },
    })),
    log: { type: 'peerBanned', reason: 'did not match its hash' },
  },
  'floods us with blocks that were never asked for': {
    start: listening(({ source }) => ({
      onConnection: socket => flood(socket, source.infoHash, message(7, uint32(0), uint32(0), new Uint8Array(BLOCK))),
    })),
    log: { type: 'peerBanned', reason: 'blocks that were not asked for' },
  },
  'floods us with messages of no use': {
    start: listening(({ source }) => ({
      onConnection: socket => flood(socket, source.infoHash, message(99, new Uint8Array(1_000_000))),
    })),
    log: { type: 'peerBanned', reason: 'too many messages' },
  },
}

/** As much as the socket takes, as long as it takes anything. */
function flood(socket: Socket, infoHash: Uint8Array, bytes: Uint8Array): void {
  socket.write(handshake(infoHash))
  const more = (): void => {
    while (socket.writable && socket.write(bytes));
  }
  socket.on('drain', more)
  more()
}

async function trickle(socket: Socket, infoHash: Uint8Array): Promise<void> {
  const all = Buffer.concat([handshake(infoHash), message(5, Bitfield.full(PIECES).bytes), message(1)])
  socket.setNoDelay(true)
  for (const byte of all) {
    if (!socket.writable) return
    await new Promise<void>(resolve => void socket.write(Uint8Array.of(byte), () => resolve()))
  }
}

describe('a download with a good peer and one that', () => {
  it.each(Object.entries(CASES))('%s', async (_name, { start, log }) => {
    const sample = await makeSample({ 'a.bin': PIECES * BLOCK })
    const { address: good } = await seedEngine(sample)
    const [hostile, later] = [deferred<readonly PeerAddress[]>(), deferred<readonly PeerAddress[]>()]
    const source: PeerSource = {
      name: 'in turn',
      peers: async function* () {
        yield await hostile.promise
        yield await later.promise
      },
    }
    const engine = await openEngine({ registry: registryOf({ sources: [source] }) })
    const output = join(await temporaryFolder(), 'copy')
    const session = engine.download(sample.source, { output })
    const events = eventsOf(session)
    const seen = log && eventOf(session, log.type, event => event.reason.includes(log.reason))
    hostile.resolve(await start(sample, engine))
    await seen
    later.resolve([good])
    await session.done
    expect(events.filter(event => event.type === 'peerBanned' && event.address.port === good.port)).toEqual([])
    await engine.close()
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })
})
