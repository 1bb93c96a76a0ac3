// What every case must come to: the right bytes, in time, within bounds of memory, and the hostile peers where they belong.
import { expect } from 'vitest'
import { MAX_KNOWN_PEERS } from '../../../src/lib/discovery/peer-list.ts'
import { MAX_BUFFERED_BYTES, MAX_CONNECTIONS, MAX_QUEUED_UPLOADS } from '../../../src/lib/swarm/limits.ts'
import type { NodeOptions } from '../support/node.ts'
import { Stage } from './stage.ts'

export interface HostileCase {
  readonly name: string
  readonly attack: (stage: Stage) => void
  /**
   * What becomes of the hostile ones: `banned` and `dropped` with a reason in the log, `ignored`: they may stay, and gain
   * nothing; `refused`: they never became peers.
   */
  readonly outcome: 'banned' | 'dropped' | 'ignored' | 'refused'
  /** For the log: of `banned` words of the reason, of `dropped` its code. */
  readonly reason?: string
  /** Whether it is all of them, which is the default. */
  readonly which?: 'all' | 'some'
  /** Seconds that the download may take longer than without them; 2 by default, which is noise. */
  readonly longer?: number
  /** Seconds that the hostile ones have the leech for themselves; half by default. */
  readonly alone?: number
  readonly leech?: Partial<NodeOptions>
}

/** Milliseconds between looks at what is in memory. */
const LOOK = 100
/** Milliseconds: a request time-out, which no case may cost, on top of three times what it takes without hostile peers. */
const TIMEOUT = 60_000
/** Bytes that one peer may make us hold for sending to it. */
const MAX_OUTGOING = 4 * 1024 * 1024

const baselines = new Map<boolean, number>()

/** Milliseconds from the good peer's coming to the last byte, without hostile peers. */
function baseline(magnet: boolean): number {
  const known = baselines.get(magnet)
  if (known !== undefined) return known
  const time = download(new Stage(1, { magnet }), 0, 60_000)
  baselines.set(magnet, time)
  return time
}

export function judge(hostile: HostileCase): void {
  const { longer = 2, alone = 0.5, leech = {} } = hostile
  const usual = baseline(leech.magnet === true)
  const stage = new Stage(1, leech)
  hostile.attack(stage)
  const most = usual + longer * 1000
  expect(most, 'what the case allows').toBeLessThanOrEqual(3 * usual + TIMEOUT)
  const taken = download(stage, alone, most + LOOK)
  expect(taken, `milliseconds; ${usual} without`).toBeLessThanOrEqual(most)
  expectOutcome(hostile, stage)
}

/** As `judge`, but whatever becomes of the hostile ones, and with all the time that they may cost at most. */
export function judgeTime(attack: HostileCase['attack'], longer: number): void {
  const usual = baseline(false)
  const stage = new Stage(1)
  attack(stage)
  const most = usual + longer * 1000
  expect(most, 'what may be allowed').toBeLessThanOrEqual(3 * usual + TIMEOUT)
  expect(download(stage, 0.5, most + LOOK), `milliseconds; ${usual} without`).toBeLessThanOrEqual(most)
}

/** @returns milliseconds from the good peer's coming. */
function download(stage: Stage, alone: number, limit: number): number {
  const { world, leech } = stage
  watch(stage, alone * 1000)
  const good = world.seed({ extensions: leech.extensions })
  const start = world.clock.now
  leech.know(good)
  while (!leech.finished && world.clock.now - start < limit) watch(stage, LOOK)
  const { peers, piecesHave } = leech.torrent.snapshot(world.clock.now)
  expect(leech.finished, `finished; ${piecesHave} pieces, ${peers} peers`).toBe(true)
  const blamed = leech.of('peerBanned').map(({ address }) => address.host)
  expect(blamed, 'the good one is not blamed').not.toContain(good.address.host)
  return world.clock.now - start
}

/** Runs so many milliseconds, and looks at what is in memory on the way. */
function watch(stage: Stage, duration: number): void {
  const { world, leech } = stage
  for (let passed = 0; passed < duration; passed += LOOK) {
    world.clock.run(Math.min(LOOK, duration - passed))
    expect(leech.torrent.bufferedBytes).toBeLessThanOrEqual(MAX_BUFFERED_BYTES)
    expect(leech.torrent.snapshot(world.clock.now).knownPeers).toBeLessThanOrEqual(MAX_KNOWN_PEERS)
    expect(leech.torrent.peers.size).toBeLessThanOrEqual(MAX_CONNECTIONS)
    const peers = [...leech.torrent.peers.values()]
    expect(greatest(peers, peer => peer.wants.length)).toBeLessThanOrEqual(MAX_QUEUED_UPLOADS)
    expect(greatest(peers, peer => peer.serving + (peer.connection?.queuedBytes ?? 0))).toBeLessThanOrEqual(
      MAX_OUTGOING,
    )
    expect(greatest(peers, peer => peer.fast.allowed.size + peer.fast.suggested.length)).toBeLessThanOrEqual(100)
  }
}

function greatest<T>(items: readonly T[], by: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, by(item)), 0)
}

function expectOutcome({ outcome, reason, which = 'all' }: HostileCase, { leech, addresses }: Stage): void {
  const hosts = new Set(addresses.map(({ host }) => host))
  const bans = leech.of('peerBanned').filter(({ address }) => hosts.has(address.host))
  const drops = leech.of('peerDisconnected').filter(({ address }) => hosts.has(address.host))
  const log = [...new Set([...bans, ...drops].map(alert => alert.reason))].join()
  const found = outcome === 'banned' ? bans : drops
  const those = new Set(found.flatMap(alert => (alert.reason.includes(reason ?? '') ? [alert.address.host] : [])))
  if (outcome !== 'banned') expect(bans, 'nobody is banned').toEqual([])
  if (outcome === 'banned' || outcome === 'dropped') {
    if (which === 'all') expect(those, log).toEqual(hosts)
    else expect(those.size, log).toBeGreaterThan(0)
  } else if (outcome === 'ignored') {
    const others = drops.filter(({ reason }) => reason !== 'both-seeds' && reason !== 'both-upload-only')
    expect(others).toEqual([])
  } else expect(leech.of('peerConnected').filter(({ address }) => hosts.has(address.host))).toEqual([])
}
