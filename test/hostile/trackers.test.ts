// Every row of the tables, over real sockets, as a tracker that a torrent names.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { httpTracker } from '../../plugins/tracker-http/src/tracker.ts'
import { udpTracker } from '../../plugins/tracker-udp/src/tracker.ts'
import { formatAddress } from '../../src/lib/base/address.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { MAX_INTERVAL, TrackerRecord } from '../../src/lib/discovery/tracker-record.ts'
import { PeerList } from '../../src/lib/discovery/peer-list.ts'
import { announceOnce } from '../../src/lib/engine/announce-once.ts'
import { announceTo } from '../../src/lib/engine/tracker-call.ts'
import type { AnnounceRequest, AnnounceResponse } from '../../src/lib/plugin/api.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { registryOf } from '../engine/support/plugins.ts'
import { HASH, OURS } from '../wire/support.ts'
import type { Expected } from './expected.ts'
import { HTTP_CASES, type HttpCase } from './http-trackers.ts'
import { UDP_CASES, type Asked, type UdpCase } from './udp-trackers.ts'

/** Milliseconds for those that would take for ever, and for the others: more than any machine needs. */
const LITTLE_TIME = 150
const TIME = 20_000
const OUR_PORT = 6881

const registry = registryOf({ trackers: [httpTracker(toolkit), udpTracker(toolkit)] })
const request: AnnounceRequest = {
  infoHash: HASH,
  peerId: OURS,
  port: OUR_PORT,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  numWant: 200,
  key: 1,
}

function announce(url: string, slow: true | undefined): Promise<AnnounceResponse | BtError> {
  const { signal } = new AbortController()
  const timeout = slow === true ? LITTLE_TIME : TIME
  const call = { registry, url, signal, timeout, onWarning: () => undefined, io: { once: true } }
  return announceTo(call, request).catch((error: unknown) => {
    if (error instanceof BtError) return error
    throw error
  })
}

/** Who would be dialled. */
function dialled(response: AnnounceResponse): readonly string[] {
  const list = new PeerList()
  list.addSelf({ host: '127.0.0.1', port: OUR_PORT })
  list.add(response.peers, 'tracker', 0)
  const found: string[] = []
  for (let peer = list.next(0); peer !== undefined; peer = list.next(0)) {
    found.push(formatAddress(peer))
    list.dialing(peer, 0)
  }
  return found
}

function check(result: AnnounceResponse | BtError, expected: Expected): void {
  if ('error' in expected) {
    expect(result).toMatchObject({ code: expected.error, message: expect.stringMatching(expected.says) })
    expect((result as BtError).message).toMatch(/127\.0\.0\.1/)
    return
  }
  if (result instanceof BtError) throw result
  if ('answer' in expected) expect(result).toMatchObject(expected.answer)
  else expect(dialled(result)).toEqual(expected.dialled)
  // Whatever it wants, it is asked again in a minute at the earliest, and in some hours at the latest.
  const wait = new TrackerRecord('x').answered(result, 0)
  expect(wait).toBeGreaterThanOrEqual(60_000)
  expect(wait).toBeLessThanOrEqual(MAX_INTERVAL)
}

/** @returns the announce URL */
async function httpServer(serve: HttpCase['serve']): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', () => serve(socket, origin))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return `${origin}/announce`
}

async function udpServer(answers: (asked: Asked) => readonly Uint8Array[]): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (data, { address, port }) => {
    for (const answer of answers({ action: data.readUInt32BE(8), transaction: data.readUInt32BE(12) })) {
      socket.send(answer, port, address)
    }
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return `udp://127.0.0.1:${socket.address().port}/announce`
}

describe('an HTTP tracker that', () => {
  it.each<HttpCase>(HTTP_CASES)('$does', async ({ serve, expected, slow }) => {
    check(await announce(await httpServer(serve), slow), expected)
  })
})

describe('a UDP tracker that', () => {
  it.each<UdpCase>(UDP_CASES)('$does', async ({ answers, expected, slow }) => {
    check(await announce(await udpServer(answers), slow), expected)
  })

  it('floods with datagrams fills no memory of who looks at them', async () => {
    const url = await udpServer(({ transaction }) => Array.from({ length: 200 }, () => Buffer.alloc(1000, transaction)))
    const ask = {
      url,
      request,
      registry,
      signal: new AbortController().signal,
      trusted: false,
      timeout: 2 * LITTLE_TIME,
    }
    const { steps, answer } = await announceOnce({ ...ask, onWarning: () => undefined })
    expect(answer).toMatchObject({ error: { code: 'TRACKER_UNREACHABLE' } })
    expect(steps.length).toBeLessThanOrEqual(1000)
  })
})

describe('a tracker URL', () => {
  it.each([
    [
      'with line breaks, which are none of its own',
      'http://127.0.0.1:1/announce\r\nhost: evil\r\n\r\n',
      /refused the connection/,
    ],
    ['with control characters', 'http://127.0.0.1:1/announce\u001b[2J', /refused the connection/],
    ['that is none', 'http://', /is no URL/],
    ['of a scheme that nobody speaks', 'gopher://127.0.0.1/', /no plugin speaks gopher:/],
    ['of UDP without a port', 'udp://127.0.0.1/announce', /has no port/],
    ['of UDP with port 0', 'udp://127.0.0.1:0/announce', /has no port/],
    ['that leads to a service of this machine', 'http://127.0.0.1:1/admin', /is not asked for/],
    ["that leads to a cloud's metadata", 'http://169.254.169.254/latest/meta-data/?x=', /is not asked for/],
    ["that leads to a cloud's metadata through NAT64", 'http://[64:ff9b::a9fe:a9fe]/latest/', /is not asked for/],
    ["that leads to a cloud's metadata of its own", 'http://100.100.100.200/latest/', /is not asked for/],
  ])('%s', async (_, url, says) => {
    const result = await announce(url, undefined)
    expect(result).toMatchObject({ code: 'TRACKER_UNREACHABLE', message: expect.stringMatching(says) })
  })
})
