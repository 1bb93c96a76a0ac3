// What the contract demands of a peer source.
import assert from 'node:assert/strict'
import type { PeerId } from '../base/ids.ts'
import type { PeerAddress, PeerSource, TorrentView } from './api.ts'
import { assertAddresses, settled, turn, within, type ContractCase } from './contract.ts'
import { fakeIo, type FakeIo } from './fake-io.ts'
import { toolkit } from './toolkit.ts'

/** The source that is looked at, and its world. */
export interface SourceSubject {
  readonly source: PeerSource
  /** A new world; one without network by default. */
  readonly world?: () => FakeIo
  /** The torrent that it is asked about, in place of a made-up one that is not private. */
  readonly torrent?: Partial<TorrentView>
  /** The source is to name peers in that world, within an hour; by default it may also name none. */
  readonly names?: boolean
}

/** Milliseconds of virtual time that a source is listened to. */
const HOUR = 3_600_000
/** Rounds of the event loop for a source to end once it is told to: what goes on for longer heeds no signal. */
const END_TURNS = 50
/** Batches at one moment after which a source counts as one that never waits. */
const MAX_BATCHES = 1_000

/** What is demanded of every peer source: see `ContractCase` for how to run it. */
export function sourceContract(subject: SourceSubject): readonly ContractCase[] {
  return [
    { name: 'has a name', run: async () => assert.match(subject.source.name, /^[\w.:-]+$/) },
    { name: 'gives batches of addresses', run: () => givesAddresses(subject) },
    { name: 'answers for two torrents at once', run: () => overlaps(subject) },
    { name: 'ends soon once the signal is aborted, whatever it does', run: () => ends(subject) },
    { name: 'bears a world without network', run: () => bearsNothing(subject) },
  ]
}

function viewOf({ torrent }: SourceSubject): TorrentView {
  const peerId = new TextEncoder().encode('-tb0100-abcdefghijkl') as PeerId
  const infoHash = toolkit.infoHash(new Uint8Array(20).fill(7))
  return { infoHash, peerId, name: 'a torrent', private: false, port: 6881, ...torrent }
}

function worldOf({ world = () => fakeIo() }: SourceSubject): FakeIo {
  return world()
}

/** All that a source says within an hour, or until it ends. */
async function listen(subject: SourceSubject, io: FakeIo): Promise<readonly PeerAddress[]> {
  const found: PeerAddress[] = []
  const enough = new Error('an hour has passed')
  void io.sleep(HOUR).then(
    () => io.abort(enough),
    () => undefined,
  )
  let at = -1
  let batches = 0
  try {
    for await (const batch of subject.source.peers(viewOf(subject), io)) {
      assertAddresses(batch, 'a batch')
      found.push(...batch)
      batches = io.now() === at ? batches + 1 : 1
      at = io.now()
      assert.ok(
        batches < MAX_BATCHES,
        `${MAX_BATCHES} batches at one moment: a source waits, with io.sleep(), in between`,
      )
      if (io.signal.aborted) break
    }
  } catch (error) {
    if (error !== enough) throw error
  }
  assert.equal(io.openSockets, 0, 'every UDP socket is closed in the end')
  return found
}

async function givesAddresses(subject: SourceSubject): Promise<void> {
  const found = await listen(subject, worldOf(subject))
  if (subject.names === true) assert.notEqual(found.length, 0, 'in this world the source names peers')
}

async function overlaps(subject: SourceSubject): Promise<void> {
  const [one, two] = await Promise.all([1, 2].map(() => listen(subject, worldOf(subject))))
  assert.deepEqual(one, two, 'two calls in the same world name the same peers')
}

async function ends(subject: SourceSubject): Promise<void> {
  for (const turns of [0, 1, 5]) {
    const io = worldOf(subject)
    const reason = new Error('stopped by the user')
    if (turns === 0) io.abort(reason)
    const heard = (async () => {
      for await (const batch of subject.source.peers(viewOf(subject), io)) {
        if (io.signal.aborted) break
        void batch
        await turn()
      }
    })()
    for (let i = 0; i < turns; i++) await turn()
    io.abort(reason)
    const outcome = await within(END_TURNS, settled(heard), 'a source goes on though its signal is aborted')
    if ('error' in outcome) assert.equal(outcome.error, reason, 'a source that is stopped ends, or throws the reason')
    assert.equal(io.openSockets, 0, 'every UDP socket is closed in the end')
  }
}

/** It may warn, or throw an error that says why. */
async function bearsNothing(subject: SourceSubject): Promise<void> {
  const io = fakeIo({
    http: () => {
      throw new Error('connection refused')
    },
  })
  const outcome = await settled(listen(subject, io))
  if (!('error' in outcome)) return
  assert.ok(outcome.error instanceof Error && !(outcome.error instanceof TypeError), String(outcome.error))
  assert.notEqual(outcome.error.message, '')
}
