// What a tracker answered. Strict about what an announce is for (interval, peers); what only decorates it is left out where
// it has the wrong type.
import type {
  AnnounceResponse,
  BencodeDict,
  BencodeValue,
  HttpResponse,
  InfoHash,
  ScrapeEntry,
  Toolkit,
} from 'bt-toolbox/plugin'
import { readExternalIp, readPeers } from './peers.ts'
import { exactText, shownText } from './text.ts'

/** Seconds between announces where a tracker does not say: what most of them say. */
const DEFAULT_INTERVAL = 1800
/** Bytes of a `tracker id` that is sent back; those of real trackers have a few dozen. */
const MAX_TRACKER_ID = 1024
/** The keys that have a field of their own in the response. */
const KNOWN: ReadonlySet<string> = new Set([
  'interval',
  'min interval',
  'complete',
  'incomplete',
  'downloaded',
  'peers',
  'peers6',
  'warning message',
  'tracker id',
  'external ip',
])

/** @throws TRACKER_REFUSED for an HTTP error or a `failure reason`, TRACKER_INVALID_ANSWER for anything else unexpected. */
export function readAnnounce(response: HttpResponse, tracker: string, kit: Toolkit): AnnounceResponse {
  const answer = readDict(response, tracker, kit)
  const peers = readPeers(answer, kit)
  if (typeof peers === 'string') throw invalid(tracker, peers, kit)
  const interval = integer(answer, 'interval')
  if (answer.has('interval') && !isInteger(answer.get('interval')))
    throw invalid(tracker, '"interval" is not an integer', kit)
  const externalIp = readExternalIp(answer, kit)
  const extra = new Map([...answer].filter(([key]) => !KNOWN.has(key)))
  return {
    peers,
    interval: interval !== undefined && interval > 0 ? interval : DEFAULT_INTERVAL,
    ...defined('minInterval', integer(answer, 'min interval')),
    ...defined('complete', integer(answer, 'complete')),
    ...defined('incomplete', integer(answer, 'incomplete')),
    ...defined('downloaded', integer(answer, 'downloaded')),
    ...defined('warning', text(answer, 'warning message', shownText)),
    ...defined('trackerId', trackerId(answer)),
    ...defined('externalIp', externalIp),
    ...defined('extra', extra.size > 0 ? extra : undefined),
  }
}

/** The entries of those torrents that the tracker knows. Errors as in `readAnnounce`. */
export function readScrape(
  response: HttpResponse,
  infoHashes: readonly InfoHash[],
  tracker: string,
  kit: Toolkit,
): readonly ScrapeEntry[] {
  const files = readDict(response, tracker, kit).get('files')
  if (!isDict(files)) throw invalid(tracker, '"files" is not a dictionary', kit)
  const entries: ScrapeEntry[] = []
  for (const infoHash of infoHashes) {
    const file = files.get(exactText(infoHash))
    if (file === undefined) continue
    const complete = isDict(file) ? integer(file, 'complete') : undefined
    const incomplete = isDict(file) ? integer(file, 'incomplete') : undefined
    if (!isDict(file) || complete === undefined || incomplete === undefined) {
      throw invalid(tracker, `the entry of ${kit.hex(infoHash)} lacks "complete" or "incomplete"`, kit)
    }
    entries.push({
      infoHash,
      complete,
      downloaded: integer(file, 'downloaded') ?? 0,
      incomplete,
      ...defined('downloaders', integer(file, 'downloaders')),
      ...defined('name', text(file, 'name', shownText)),
    })
  }
  return entries
}

/** The dictionary of an answer that is no failure. */
function readDict({ status, body }: HttpResponse, tracker: string, kit: Toolkit): BencodeDict {
  const succeeded = status >= 200 && status < 300
  const answer = decodeDict(body, tracker, kit, succeeded)
  const reason = answer?.get('failure reason')
  if (answer !== undefined && reason instanceof Uint8Array) {
    const said = shownText(reason)
    throw kit.error('TRACKER_REFUSED', `the tracker ${tracker} refused: ${said}`, {
      details: { status, reason: said, ...retryAfter(answer) },
    })
  }
  if (answer === undefined || !succeeded) {
    throw kit.error('TRACKER_REFUSED', `the tracker ${tracker} answered with HTTP status ${status}`, {
      details: { status },
    })
  }
  if (reason !== undefined) throw invalid(tracker, '"failure reason" is not a string', kit)
  return answer
}

/** Undefined where the body is no dictionary and need not be one. Bytes after it, such as a line feed, are looked past. */
function decodeDict(body: Uint8Array, tracker: string, kit: Toolkit, required: boolean): BencodeDict | undefined {
  try {
    const { value } = kit.decodePrefix(body)
    if (isDict(value)) return value
  } catch (error) {
    if (required) throw invalid(tracker, error instanceof Error ? error.message : String(error), kit, error)
  }
  if (required) throw invalid(tracker, 'not a bencoded dictionary', kit)
  return undefined
}

/** BEP 31: minutes, which its own examples give as a string, or `never`; in seconds here. */
function retryAfter(answer: BencodeDict): { retryAfter?: number | 'never' } {
  const value = answer.get('retry in')
  const said = value instanceof Uint8Array ? exactText(value) : String(integer(answer, 'retry in'))
  if (said === 'never') return { retryAfter: 'never' }
  return /^[1-9]\d{0,8}$/.test(said) ? { retryAfter: Number(said) * 60 } : {}
}

function invalid(tracker: string, what: string, kit: Toolkit, cause?: unknown): Error {
  return kit.error('TRACKER_INVALID_ANSWER', `the tracker ${tracker} sent an answer that makes no sense: ${what}`, {
    cause,
  })
}

function isDict(value: BencodeValue | undefined): value is BencodeDict {
  return value instanceof Map
}

function isInteger(value: BencodeValue | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Undefined for a negative one too: nothing here can be. One that no number holds exactly counts as the largest that does. */
function integer(dict: BencodeDict, key: string): number | undefined {
  const value = dict.get(key)
  return isInteger(value) && value >= 0 ? Math.min(Number(value), Number.MAX_SAFE_INTEGER) : undefined
}

/** It goes back in each request line, where a longer one would leave no room for the rest. */
function trackerId(answer: BencodeDict): string | undefined {
  const id = text(answer, 'tracker id', exactText)
  return id !== undefined && id.length <= MAX_TRACKER_ID ? id : undefined
}

function text(dict: BencodeDict, key: string, convert: (bytes: Uint8Array) => string): string | undefined {
  const value = dict.get(key)
  return value instanceof Uint8Array && value.length > 0 ? convert(value) : undefined
}

/** An object with the key, or without it where there is no value. */
function defined<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to an index signature, which says the same.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]: V })
}
