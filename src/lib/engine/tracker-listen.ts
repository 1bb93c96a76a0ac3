// The two listening sockets of a tracker, each with limits on what a stranger can make it hold.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BtError, messageOf } from '../base/errors.ts'
import { ipBytes } from '../discovery/ip.ts'
import type { ConnectionIds } from '../tracker/connection-id.ts'
import { answerHttp } from '../tracker/http.ts'
import type { Origin, Tracker, Transport } from '../tracker/tracker.ts'
import { answerDatagram } from '../tracker/udp.ts'

/** Bytes of request line and headers: room for a scrape of 200 info-hashes; Node's own default. */
const MAX_HEADER = 16_384
/** Connections at once; further ones are closed at once. */
const MAX_CONNECTIONS = 4096
/** Milliseconds for a whole request, headers included; it has no body, so that is plenty. */
const REQUEST_TIMEOUT = 10_000
/** Milliseconds an idle connection is kept for the next request. */
const KEEP_ALIVE = 15_000
/** Bytes of answers that wait for the network; past this further ones are dropped, as UDP may. */
const MAX_SEND_QUEUE = 1_048_576

const HTTP_LIMITS = {
  maxHeaderSize: MAX_HEADER,
  headersTimeout: REQUEST_TIMEOUT,
  requestTimeout: REQUEST_TIMEOUT,
  keepAliveTimeout: KEEP_ALIVE,
  connectionsCheckingInterval: REQUEST_TIMEOUT / 2,
}

const ANY_IPV6 = '::'
const ANY_IPV4 = '0.0.0.0'
const MAPPED_IPV4 = '::ffff:'
/** What systems without IPv6 say to listening on `::`. */
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EPROTONOSUPPORT'])

export interface Listening {
  readonly address: AddressInfo
  close(): Promise<void>
}

/** @param host undefined: every address. @throws BtError LISTEN_FAILED. */
export async function listenHttp(tracker: Tracker, host: string | undefined, port: number): Promise<Listening> {
  const server = await onHost('HTTP', host, port, async at => {
    const server = createServer(HTTP_LIMITS, (request, response) => answerRequest(tracker, request, response))
    server.maxConnections = MAX_CONNECTIONS
    server.listen({ host: at, port })
    await once(server, 'listening')
    return server
  })
  server.on('error', () => undefined) // A connection that could not be accepted is that peer's loss alone.
  return {
    address: server.address() as AddressInfo,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** @param host undefined: every address. @throws BtError LISTEN_FAILED. */
export async function bindUdp(
  tracker: Tracker,
  ids: ConnectionIds,
  host: string | undefined,
  port: number,
): Promise<Listening> {
  const socket = await onHost('UDP', host, port, async at => {
    const socket = createSocket({ type: at.includes(':') ? 'udp6' : 'udp4', lookup: literal })
    try {
      const listening = once(socket, 'listening')
      socket.bind({ address: at, port }) // With nothing to look up it is done before it returns.
      await listening
      return socket
    } catch (error) {
      socket.close()
      throw error
    }
  })
  socket.on('error', () => undefined) // A datagram that could not be received is lost, as datagrams are.
  socket.on('message', (datagram, from) => answerMessage(tracker, ids, socket, datagram, from))
  return { address: socket.address(), close: () => new Promise(resolve => socket.close(() => resolve())) }
}

function answerRequest(tracker: Tracker, request: IncomingMessage, response: ServerResponse): void {
  const { remoteAddress, remotePort } = request.socket
  const origin = originOf('http', remoteAddress, remotePort)
  if (origin === undefined) {
    request.destroy() // The connection ended before its request was read.
    return
  }
  const target = request.method === 'GET' ? (request.url ?? '') : ''
  const { status, type, body } = answerHttp(tracker, target, origin)
  // Nobody waits for a body: the connection ends with the answer instead.
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  if ((length !== undefined && length !== '0') || coding !== undefined) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': type, 'content-length': body.length })
  response.end(body, 'latin1')
}

function answerMessage(
  tracker: Tracker,
  ids: ConnectionIds,
  socket: Socket,
  datagram: Uint8Array,
  from: RemoteInfo,
): void {
  const origin = originOf('udp', from.address, from.port)
  if (origin === undefined || from.port === 0) return
  const answer = answerDatagram(tracker, ids, datagram, origin)
  if (answer === undefined || socket.getSendQueueSize() > MAX_SEND_QUEUE) return
  socket.send(answer, from.port, from.address, () => undefined) // Unreachable: its loss.
}

/** IPv4 mapped into IPv6, as a socket of both families gives it, becomes IPv4; the zone of a link-local address goes. */
function originOf(transport: Transport, host: string | undefined, port: number | undefined): Origin | undefined {
  const address = host === undefined ? undefined : ipBytes(bareHost(host))
  return address === undefined ? undefined : { transport, address, port: port ?? 0, now: performance.now() }
}

/** Most hosts by far are IPv4, whose text is read much faster than IPv6's. */
function bareHost(host: string): string {
  if (host.startsWith(MAPPED_IPV4) && host.includes('.')) return host.slice(MAPPED_IPV4.length)
  return host.includes('%') ? host.replace(/%.*$/, '') : host
}

/** Answers go to literal addresses: nothing is to be looked up. */
function literal(host: string, _options: unknown, found: (error: null, address: string, family: number) => void): void {
  found(null, host, host.includes(':') ? 6 : 4)
}

/** Opens on the host, or on every address: of both families, or of IPv4 alone where the system has no IPv6. */
async function onHost<T>(
  what: 'HTTP' | 'UDP',
  host: string | undefined,
  port: number,
  open: (host: string) => Promise<T>,
): Promise<T> {
  try {
    return await open(host ?? ANY_IPV6)
  } catch (error) {
    if (host !== undefined || !NO_IPV6.has(codeOf(error))) throw listenError(what, host, port, error)
  }
  try {
    return await open(ANY_IPV4)
  } catch (error) {
    throw listenError(what, host, port, error)
  }
}

function listenError(what: 'HTTP' | 'UDP', host: string | undefined, port: number, error: unknown): BtError {
  const code = codeOf(error)
  const flag = `--${what.toLowerCase()}-port`
  let advice = messageOf(error)
  if (code === 'EADDRINUSE') advice = `it is in use; choose another with ${flag}, or 0 for any free one`
  if (code === 'EACCES') advice = `ports below 1024 need more rights; choose another with ${flag}`
  if (code === 'EADDRNOTAVAIL') advice = 'that is no address of this machine; choose another with --host'
  if (code === 'ENOTFOUND') advice = 'that is not a known host name; choose another with --host'
  const where = `${what} port ${port}${host === undefined ? '' : ` of ${host}`}`
  return new BtError('LISTEN_FAILED', `can not listen on ${where}: ${advice}`, { cause: error })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
