// What the contract demands of a tracker.
import assert from 'node:assert/strict'
import type { PeerId } from '../base/ids.ts'
import { BtError } from '../base/errors.ts'
import type { AnnounceRequest, InfoHash, Tracker } from './api.ts'
import { assertAddresses, assertReadable, nonsense, settled, turn, within, type ContractCase } from './contract.ts'
import { fakeIo, type FakeIo } from './fake-io.ts'
import { toolkit } from './toolkit.ts'

/** The tracker that is looked at, and a world in which it works. */
export interface TrackerSubject {
  readonly tracker: Tracker
  /** A URL that it speaks. */
  readonly url: URL
  /** A new world in which the tracker at that URL works, knows `infoHash`, and names at least one peer. */
  readonly world: () => FakeIo
  /** The torrent that is asked for; 20 bytes of any kind by default. */
  readonly infoHash?: InfoHash
}

/** Rounds of the event loop; what goes on for longer than this heeds no signal. */
const ABORT_TURNS = 50
const NONSENSES = 60

/** What is demanded of every tracker: see `ContractCase` for how to run it. */
export function trackerContract(subject: TrackerSubject): readonly ContractCase[] {
  const { tracker } = subject
  return [
    {
      name: 'has the scheme of its URL among its schemes, in lower case and with the colon',
      run: async () => schemes(subject),
    },
    { name: 'answers an announce with peers and an interval', run: () => announces(subject) },
    { name: 'takes every event, and `stopped` where nobody is asked for', run: () => takesEvents(subject) },
    { name: 'keeps two announces at once apart', run: () => overlaps(subject) },
    { name: 'says of a tracker out of reach that it is TRACKER_UNREACHABLE', run: () => unreachable(subject) },
    { name: 'makes an answer or a TRACKER_ error of any nonsense', run: () => bearsNonsense(subject) },
    { name: 'ends at once with the reason of the signal', run: () => aborts(subject) },
    ...(tracker.scrape === undefined ? [] : [{ name: 'scrapes what it was asked for', run: () => scrapes(subject) }]),
  ]
}

function requestOf({ infoHash = toolkit.infoHash(new Uint8Array(20).fill(7)) }: TrackerSubject): AnnounceRequest {
  const peerId = new TextEncoder().encode('-tb0100-abcdefghijkl') as PeerId
  const totals = { uploaded: 0, downloaded: 0, left: 2 ** 40 }
  // Frozen, since the same request may go to several trackers.
  return Object.freeze({ infoHash, peerId, port: 6881, key: 0xdead_beef, numWant: 50, ...totals })
}

function schemes({ tracker, url }: TrackerSubject): void {
  assert.ok((tracker.schemes as readonly string[]).includes(url.protocol), `${url.protocol} is not among its schemes`)
  for (const scheme of tracker.schemes) assert.match(scheme, /^[a-z][a-z0-9+.-]*:$/, `${scheme} is no scheme`)
}

async function announces(subject: TrackerSubject): Promise<void> {
  const io = subject.world()
  const response = await subject.tracker.announce(subject.url, requestOf(subject), io)
  assertResponse(response)
  assert.ok((response as { peers: readonly unknown[] }).peers.length > 0, 'the tracker of this world names a peer')
  assertClosed(io)
}

async function takesEvents(subject: TrackerSubject): Promise<void> {
  for (const event of ['started', 'completed', 'stopped'] as const) {
    const io = subject.world()
    const request = { ...requestOf(subject), event, ...(event === 'stopped' && { numWant: 0 }) }
    assertResponse(await subject.tracker.announce(subject.url, Object.freeze(request), io))
    assertClosed(io)
  }
}

async function overlaps(subject: TrackerSubject): Promise<void> {
  const request = requestOf(subject)
  const io = subject.world()
  for (const response of await Promise.all([1, 2].map(() => subject.tracker.announce(subject.url, request, io)))) {
    assertResponse(response)
  }
  assertClosed(io)
}

async function unreachable(subject: TrackerSubject): Promise<void> {
  const io = fakeIo({
    http: () => {
      throw new Error('connection refused')
    },
  })
  const outcome = await settled(subject.tracker.announce(subject.url, requestOf(subject), io))
  assert.ok('error' in outcome, 'an announce of which nothing came back has failed')
  assertTrackerError(outcome.error, 'TRACKER_UNREACHABLE')
  assertClosed(io)
}

async function bearsNonsense(subject: TrackerSubject): Promise<void> {
  const { hostname } = subject.url
  for (let seed = 0; seed < NONSENSES; seed++) {
    const body = nonsense(seed)
    const io = fakeIo({
      hosts: { [hostname]: ['192.0.2.1'] },
      http: () => ({ body, status: seed % 3 === 0 ? 500 : 200 }),
      udp: (_datagram, reply) => reply(body),
    })
    const outcome = await settled(subject.tracker.announce(subject.url, requestOf(subject), io))
    if ('error' in outcome) assertTrackerError(outcome.error)
    else assertResponse(outcome.value)
    assertClosed(io)
  }
}

async function aborts(subject: TrackerSubject): Promise<void> {
  const { hostname } = subject.url
  for (const turns of [0, 1, 3]) {
    const io = fakeIo({ hosts: { [hostname]: ['192.0.2.1'] }, http: () => ({ body: '', delay: Infinity }) })
    const reason = new Error('stopped by the user')
    if (turns === 0) io.abort(reason)
    const ending = settled(subject.tracker.announce(subject.url, requestOf(subject), io))
    for (let i = 0; i < turns; i++) await turn()
    io.abort(reason)
    const outcome = await within(ABORT_TURNS, ending, 'an announce goes on though its signal is aborted')
    assert.ok('error' in outcome, 'an announce whose signal is aborted rejects')
    assert.equal(outcome.error, reason, 'an announce whose signal is aborted rejects with the reason of that')
    assertClosed(io)
  }
}

async function scrapes(subject: TrackerSubject): Promise<void> {
  const { infoHash } = requestOf(subject)
  const io = subject.world()
  const entries = (await subject.tracker.scrape?.(subject.url, [infoHash], io)) ?? []
  assert.ok(entries.length <= 1, 'there is one entry at most for each info-hash that was asked for')
  for (const entry of entries) {
    assert.deepEqual([...entry.infoHash], [...infoHash], 'an entry is of an info-hash that was asked for')
    for (const key of ['complete', 'downloaded', 'incomplete'] as const) assertCount(entry[key], key)
  }
  assertClosed(io)
}

function assertResponse(response: unknown): void {
  assert.ok(typeof response === 'object' && response !== null, 'an announce is answered with an object')
  const fields = response as Readonly<Record<string, unknown>>
  assertAddresses(fields['peers'], 'the peers of an answer')
  const { interval } = fields
  assert.ok(typeof interval === 'number' && interval > 0 && interval < Infinity, 'interval is seconds, more than 0')
  for (const key of ['minInterval', 'complete', 'incomplete', 'downloaded']) {
    if (fields[key] !== undefined) assertCount(fields[key], key)
  }
  for (const key of ['warning', 'trackerId', 'externalIp']) {
    assert.ok(fields[key] === undefined || typeof fields[key] === 'string', `${key} is text`)
  }
  if (typeof fields['warning'] === 'string') assertReadable(fields['warning'], 'a warning')
}

function assertTrackerError(error: unknown, code?: string): void {
  assert.ok(error instanceof BtError, `an announce fails with an error made by kit.error(), not with ${String(error)}`)
  if (code !== undefined) assert.equal(error.code, code)
  assert.match(error.code, /^TRACKER_/, `an announce fails with a TRACKER_ code, not with ${error.code}`)
  assertReadable(error.message, 'an error')
}

function assertCount(value: unknown, key: string): void {
  assert.ok(typeof value === 'number' && Number.isFinite(value) && value >= 0, `${key} is a number, 0 or more`)
}

function assertClosed(io: FakeIo): void {
  assert.equal(io.openSockets, 0, 'every UDP socket is closed in the end')
}
