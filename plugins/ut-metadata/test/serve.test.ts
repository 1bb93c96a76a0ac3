import { describe, expect, it } from 'vitest'
import type { ExtensionPeer } from '../../../src/lib/plugin/api.ts'
import { FakeTorrent } from '../../../src/lib/plugin/testing-torrent.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { encodeRequest } from '../src/message.ts'
import {
  MAX_QUEUED_REQUESTS,
  MAX_REJECTS,
  MetadataServer,
  PIECES_PER_WINDOW,
  SERVED_FACTOR,
  WINDOW,
} from '../src/serve.ts'
import { decoded, fetching, metadataOf, network, PIECE, pieceOf, scripted, seedOf } from './swarm.ts'

describe('serving', () => {
  const metadata = metadataOf(2 * PIECE + 100)

  it('names metadata_size in the handshake, if it is known', () => {
    const heard: unknown[] = []
    const listener = {
      connect: () => ({
        onHandshake: (handshake: ReadonlyMap<string, unknown>) => heard.push(handshake.get('metadata_size')),
        onMessage: () => {},
      }),
    }
    const net = network()
    net.join(seedOf(metadata), listener)
    net.join(fetching(metadata).instance, listener)
    net.run(0)
    expect(heard).toEqual([metadata.length, undefined])
  })

  it('answers each request with the piece, and the total size', () => {
    expect(answersTo(metadata, [0, 2])).toEqual([
      { type: 'data', piece: 0, totalSize: metadata.length, bytes: pieceOf(metadata, 0) },
      { type: 'data', piece: 2, totalSize: metadata.length, bytes: pieceOf(metadata, 2) },
    ])
  })

  it('rejects a piece that there is not', () => {
    expect(answersTo(metadata, [3])).toEqual([{ type: 'reject', piece: 3 }])
  })

  it('rejects every request while the metadata is not known', () => {
    const net = network()
    const { a } = net.join(fetching(metadata).instance, asking([0, 1]))
    net.run(0)
    expect(decoded(a.sent)).toEqual([
      { type: 'reject', piece: 0 },
      { type: 'reject', piece: 1 },
    ])
  })

  it('rejects once the peer had everything a few times', () => {
    const answers = answersTo(
      metadata,
      Array.from({ length: 3 * SERVED_FACTOR + 2 }, (_, index) => index % 3),
    )
    expect(answers.map(({ type }) => type)).toEqual([...Array(3 * SERVED_FACTOR).fill('data'), 'reject', 'reject'])
  })
})

describe('a flood of requests', () => {
  const large = metadataOf(2000 * PIECE)

  it('is served in portions, and rejected where the queue is full', () => {
    const { server, sent } = served(large)
    for (let piece = 0; piece < PIECES_PER_WINDOW + MAX_QUEUED_REQUESTS + 1; piece++) server.onRequest(piece, 0)
    expect(sent('data')).toBe(PIECES_PER_WINDOW)
    expect(sent('reject')).toBe(1)
    expect(server.deadline).toBe(WINDOW)
    server.handleTimeout(WINDOW - 1)
    expect(sent('data')).toBe(PIECES_PER_WINDOW)
    for (let now = WINDOW; server.deadline !== Infinity; now += WINDOW) server.handleTimeout(now)
    expect(sent('data')).toBe(PIECES_PER_WINDOW + MAX_QUEUED_REQUESTS)
  })

  it('ends the connection', () => {
    const { server, sent, closed } = served(large)
    for (let count = 0; count < MAX_REJECTS; count++) server.onRequest(9999, 0)
    expect(closed).toEqual([])
    server.onRequest(9999, 0)
    expect(closed).toEqual(['asked for metadata too often'])
    expect(sent('reject')).toBe(MAX_REJECTS)
  })
})

function asking(pieces: readonly number[]) {
  return scripted({
    size: undefined,
    onHandshake: peer => {
      for (const piece of pieces) peer.send(encodeRequest(toolkit, piece))
    },
  })
}

function answersTo(metadata: Uint8Array, pieces: readonly number[]) {
  const net = network()
  const { a } = net.join(seedOf(metadata), asking(pieces))
  net.run(0)
  return decoded(a.sent)
}

function served(metadata: Uint8Array) {
  const counts = new Map<string, number>()
  const closed: string[] = []
  const peer: ExtensionPeer = {
    address: { host: '127.0.0.1', port: 1 },
    send: payload => {
      const type = decoded([payload])[0]?.type ?? ''
      counts.set(type, (counts.get(type) ?? 0) + 1)
      return true
    },
    close: reason => void closed.push(reason),
  }
  const server = new MetadataServer(new FakeTorrent(metadata, 'known'), peer, toolkit)
  return { server, closed, sent: (type: string) => counts.get(type) ?? 0 }
}
