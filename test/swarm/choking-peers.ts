// Peers for tests of the choker.
import { type ChokeCandidate, Choker } from '../../src/lib/swarm/choker.ts'
import { seeded } from '../picker/support.ts'

/** An interested, choked peer that has been connected for long. */
export function peer(key: number, rest: Partial<ChokeCandidate> = {}): ChokeCandidate {
  return {
    key,
    interested: true,
    choked: true,
    downloadRate: 0,
    uploadRate: 0,
    connectedAt: -1e9,
    lastUnchokedAt: undefined,
    snubbed: false,
    stalled: false,
    idle: false,
    host: `10.0.0.${key}`,
    ...rest,
  }
}

/** Peers whose choking follows what the choker decides. */
export class Peers {
  readonly choker: Choker
  peers: ChokeCandidate[]

  constructor(peers: ChokeCandidate[], slots: number, seed = 1) {
    this.peers = peers
    this.choker = new Choker({ slots, random: seeded(seed) })
  }

  decide(now: number, seeding = false): void {
    const { unchoke, choke } = this.choker.decide(this.peers, now, seeding)
    this.peers = this.peers.map(one => {
      if (unchoke.includes(one.key)) return { ...one, choked: false, lastUnchokedAt: now }
      return choke.includes(one.key) ? { ...one, choked: true } : one
    })
  }

  get unchoked(): number[] {
    return this.peers.filter(one => !one.choked).map(one => one.key)
  }
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
