// Handshakes with many peers at once. Ourselves, whom a tracker may well name, are not among the results.
import { setMaxListeners } from 'node:events'
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import { supportsDht, supportsExtended, supportsFast } from '../wire/handshake.ts'
import { linkedSignal } from '../net/linked-signal.ts'
import { asBtError } from './errors.ts'
import { mapUnordered } from './map-unordered.ts'
import { probe, type ProbeOptions, type ProbeResult } from './probe.ts'

/** Connections under way at once: few enough for any home router and any limit of open files. */
const MAX_PROBES = 64

export interface ShakeHandsOptions extends ProbeOptions {
  /** Whom to try; the signal ends the search. */
  readonly peers: (signal: AbortSignal) => AsyncIterable<PeerAddress>
}

export type HandshakeOutcome =
  | { readonly type: 'met'; readonly result: ProbeResult }
  | { readonly type: 'failed'; readonly address: PeerAddress; readonly error: BtError }

/**
 * Outcomes in the order they come in. Leaving the loop early ends what is still under way.
 * @throws what `peers` throws; never for a single peer.
 */
export async function* shakeHands(options: ShakeHandsOptions): AsyncGenerator<HandshakeOutcome, void, undefined> {
  const enough = new AbortController()
  const link = linkedSignal(options.signal, enough.signal)
  const { signal } = link
  // Every probe listens to it, and the search for peers; Node takes more than ten listeners for a leak.
  setMaxListeners(MAX_PROBES + 1, signal)
  const shake = (address: PeerAddress): Promise<HandshakeOutcome> => attempt(address, { ...options, signal })
  try {
    for await (const outcome of mapUnordered(options.peers(signal), MAX_PROBES, shake)) {
      if (outcome.type === 'met' || outcome.error.details['reason'] !== 'self-connection') yield outcome
    }
  } finally {
    enough.abort(new Error('enough peers were met'))
    link.clear()
  }
}

async function attempt(address: PeerAddress, options: ProbeOptions): Promise<HandshakeOutcome> {
  try {
    return { type: 'met', result: await probe(address, options) }
  } catch (error) {
    return { type: 'failed', address, error: asBtError(error) }
  }
}

/** Why no peer would do, as one error: the only failure itself, or the first of many. */
export function noneMet(infoHash: InfoHash, failures: readonly BtError[]): BtError {
  const [first] = failures
  if (first === undefined) return new BtError('NO_PEERS', `no tracker names a peer of ${hex(infoHash)}`)
  if (failures.length === 1) return first
  const shown = `${failures.length} peers were tried, and none would do; the first: ${first.message}`
  return new BtError(first.code, shown, { details: { tried: failures.length } })
}

export type Feature = 'extension' | 'DHT' | 'fast'

/** The reserved bits that have a meaning to us, in words (BEP 10, BEP 5, BEP 6). */
export function featuresOf(reserved: Uint8Array): readonly Feature[] {
  const features: Feature[] = []
  if (supportsExtended(reserved)) features.push('extension')
  if (supportsDht(reserved)) features.push('DHT')
  if (supportsFast(reserved)) features.push('fast')
  return features
}

/** A list that is known from the start, as something to iterate over like a search. */
export async function* knownPeers(peers: readonly PeerAddress[]): AsyncGenerator<PeerAddress, void, undefined> {
  const distinct = new Map(peers.map(peer => [formatAddress(peer), peer]))
  yield* distinct.values()
}
