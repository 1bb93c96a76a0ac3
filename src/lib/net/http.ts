// GET within limits: of time, size, redirects, and of where a stranger's answer may send us.
import { BtError } from '../base/errors.ts'
import type { Family } from '../discovery/ip.ts'
import type { HttpResponse, TraceStep } from '../plugin/api.ts'
import { deadlineSignal } from './deadline-signal.ts'
import { decodeBody, readBody } from './http-body.ts'
import { type HttpNetwork, type HttpTimeouts, realNetwork } from './http-network.ts'
import { refuseTrap } from './loopback-trap.ts'
import { networkCause } from './net-errors.ts'
import { furthest, notNearer, type Reach } from './reach.ts'

/** Bytes of a body after decompression, unless the caller says otherwise (libtorrent: `tracker_maximum_response_length`). */
export const MAX_BODY_BYTES = 1_048_576
/** As many as libtorrent follows. */
export const MAX_REDIRECTS = 5
/** Answers before the answer (1xx), each of which costs time; one is rare already. */
const MAX_INTERIM = 20
/** Milliseconds for all of it, for an answer's header lines, and for a connection. */
export const HTTP_TIMEOUTS: HttpTimeouts = { total: 30_000, headers: 10_000, connect: 5000 }

/** Characters of a location that are shown. */
const MAX_SHOWN = 200

const USER_AGENT = 'bt-toolbox'
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export interface FetchOptions {
  readonly signal: AbortSignal
  readonly maxBytes?: number
  readonly timeouts?: HttpTimeouts
  /**
   * What may be asked of this machine's loopback and link-local addresses, redirects included. `trackers`: only a path that
   * starts with /announce or /scrape, since a stranger chose the URL and services here may trust whoever asks from here.
   * Default: anything.
   */
  readonly loopback?: 'anything' | 'trackers'
  /** The only address family to connect over; both by default. */
  readonly family?: Family
  /** Told of each request and each answer, redirects too. */
  readonly trace?: (step: TraceStep) => void
  /** How names become addresses and addresses connections; tests put their own network here. */
  readonly network?: HttpNetwork
}

/**
 * The answer to a GET, redirects followed, body decompressed. The query reaches the server exactly as it stands in the URL.
 * The URL's credentials go to its own origin only, and no server redirects to what is nearer than itself: not a
 * public one to a private address, and none elsewhere to this machine.
 * @throws BtError HTTP_FAILED, naming the host and the cause, or the signal's reason. Any HTTP status is an answer.
 */
export async function fetchBytes(url: URL, options: FetchOptions): Promise<HttpResponse> {
  if (!isHttp(url)) throw new BtError('HTTP_FAILED', `${url.protocol}//${url.host} is not an http or https URL`)
  const timeouts = options.timeouts ?? HTTP_TIMEOUTS
  const deadline = deadlineSignal(options.signal, timeouts.total)
  const trip: Trip = {
    signal: deadline.signal,
    timeouts,
    maxBytes: options.maxBytes ?? MAX_BODY_BYTES,
    network: options.network ?? realNetwork,
    loopback: options.loopback ?? 'anything',
    family: options.family,
    trace: options.trace,
    origin: url.origin,
    authorization: basicCredentials(url),
  }
  let here = url
  let from: Reach = 'here'
  try {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await hop(here, from, trip)
      if (!('location' in answer)) return answer
      from = answer.from
      here = redirectTarget(answer.location, here)
    }
    throw new BtError('HTTP_FAILED', `${url.host} redirected more than ${MAX_REDIRECTS} times`)
  } catch (error) {
    options.signal.throwIfAborted()
    if (error instanceof BtError) throw error
    const cause = deadline.expired ? `did not answer within ${timeouts.total / 1000} s` : networkCause(error)
    throw new BtError('HTTP_FAILED', `${here.host} ${cause}`, { cause: error })
  } finally {
    deadline.clear()
  }
}

/** What holds for all redirects of one fetch. */
interface Trip {
  readonly signal: AbortSignal
  readonly timeouts: HttpTimeouts
  readonly maxBytes: number
  readonly network: HttpNetwork
  readonly loopback: 'anything' | 'trackers'
  readonly family: Family | undefined
  readonly trace: ((step: TraceStep) => void) | undefined
  readonly origin: string
  readonly authorization: string | undefined
}

interface Redirect {
  readonly location: string
  /** The furthest server on the way so far. */
  readonly from: Reach
}

async function hop(url: URL, from: Reach, trip: Trip): Promise<HttpResponse | Redirect> {
  const found = await trip.network.resolve(url.hostname, trip.signal, trip.family)
  if (trip.loopback === 'trackers') refuseTrap(url, found)
  const addresses = notNearer(found, from)
  if (addresses.length === 0 && found.length > 0) {
    const nearer = from === 'public' ? 'a private address' : 'which is nearer'
    throw new BtError('HTTP_FAILED', `a ${from} server redirected to ${url.host}, ${nearer}; that is not followed`)
  }
  const dispatcher = trip.network.dispatcher(url, addresses, trip.timeouts)
  const sent = requestHeaders(url, trip)
  trip.trace?.({ direction: 'sent', what: 'GET', peer: url.href, fields: sent })
  let interim = 0
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: sent,
      signal: trip.signal,
      onInfo: () => {
        if (++interim > MAX_INTERIM)
          throw new BtError('HTTP_FAILED', `${url.host} sent more than ${MAX_INTERIM} answers that are none (1xx)`)
      },
    })
    const location = oneHeader(headers['location'])
    if (REDIRECTS.has(statusCode) && location !== undefined) {
      // Nothing in it counts; the connection is closed, however much there would be.
      body.on('error', () => undefined).destroy()
      trip.trace?.(answerStep(url, statusCode, headers))
      return { location, from: furthest(found, from) }
    }
    const raw = await readBody(body, trip.maxBytes, url.host)
    const bytes = await decodeBody(raw, String(headers['content-encoding'] ?? ''), trip.maxBytes, url.host)
    trip.trace?.({ ...answerStep(url, statusCode, headers), bytes })
    return { status: statusCode, body: bytes }
  } finally {
    await dispatcher.destroy()
  }
}

type Headers = Readonly<Record<string, string | string[] | undefined>>

function answerStep(url: URL, status: number, headers: Headers): TraceStep {
  const fields = Object.entries(headers).map(([name, value]) => [name, String(value ?? '')])
  return { direction: 'received', what: `HTTP ${status}`, peer: url.href, fields: Object.fromEntries(fields), status }
}

function requestHeaders(url: URL, trip: Trip): Record<string, string> {
  const headers: Record<string, string> = {
    'user-agent': USER_AGENT,
    accept: '*/*',
    'accept-encoding': 'gzip, deflate',
  }
  if (trip.authorization !== undefined && url.origin === trip.origin) headers['authorization'] = trip.authorization
  return headers
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (target === undefined || !isHttp(target)) {
    throw new BtError(
      'HTTP_FAILED',
      `${from.host} redirected to "${location.slice(0, MAX_SHOWN)}", which is not an http or https URL`,
    )
  }
  return target
}

function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:'
}

/** RFC 7617. */
function basicCredentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const plain = [url.username, url.password].map(part => Buffer.from(unescapePercent(part), 'latin1'))
  return `Basic ${Buffer.concat([plain[0] ?? Buffer.of(), Buffer.from(':'), plain[1] ?? Buffer.of()]).toString('base64')}`
}

function unescapePercent(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 16)))
}

/** Of several, which no server should send, the first. */
function oneHeader(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
