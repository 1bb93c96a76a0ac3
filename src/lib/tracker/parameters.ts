// The parameters of an HTTP announce or scrape, checked: what comes out can be acted on, or is the failure reason.
// `ip`, `ipv4` and `ipv6` are not read: who may name any address can aim a whole swarm at a stranger (BEP 7).
import { HASH_LENGTH } from '../base/ids.ts'
import { first, type Query } from './query.ts'
import type { AnnounceEvent } from './swarm-announce.ts'

export interface AnnounceParameters {
  /** 20 bytes as latin1 text. */
  readonly infoHash: string
  /** 20 bytes as latin1 text. */
  readonly peerId: string
  /** Where the peer listens; 0: nowhere. */
  readonly port: number
  readonly seed: boolean
  readonly event?: AnnounceEvent
  readonly numWant?: number
  /** BEP 23; the default. */
  readonly compact: boolean
  readonly noPeerId: boolean
}

const MAX_PORT = 65_535

/** @returns text where a parameter is missing or wrong: the failure reason. */
export function parseAnnounce(query: Query): AnnounceParameters | string {
  const infoHash = first(query, 'info_hash') ?? ''
  if (infoHash.length !== HASH_LENGTH) return `info_hash ${faultOf(first(query, 'info_hash'))}`
  const peerId = first(query, 'peer_id') ?? ''
  if (peerId.length !== HASH_LENGTH) return `peer_id ${faultOf(first(query, 'peer_id'))}`
  const port = integer(first(query, 'port'))
  if (port === undefined) return 'port is missing'
  if (!(port >= 0 && port <= MAX_PORT)) return `port is not a number from 0 to ${MAX_PORT}`
  // A magnet link's peer may not know what is left: without the parameter it is a leech.
  const left = integer(first(query, 'left'))
  if (Number.isNaN(left)) return 'left is not a number of bytes'
  const numWant = integer(first(query, 'numwant'))
  if (Number.isNaN(numWant)) return 'numwant is not a number'
  const event = eventOf(first(query, 'event'))
  return {
    infoHash,
    peerId,
    port,
    seed: left === 0,
    ...(event === undefined ? {} : { event }),
    ...(numWant === undefined ? {} : { numWant }),
    compact: first(query, 'compact') !== '0',
    noPeerId: first(query, 'no_peer_id') === '1',
  }
}

/**
 * BEP 48: 20 bytes as latin1 text each.
 * @param full whether there may be no info-hash, which asks for all. @returns text: the failure reason.
 */
export function parseScrape(query: Query, full: boolean): readonly string[] | string {
  const hashes = query.get('info_hash') ?? []
  if (hashes.length === 0 && !full) return 'info_hash is missing: this tracker has no scrape of all its swarms'
  const wrong = hashes.find(hash => hash.length !== HASH_LENGTH)
  return wrong === undefined ? hashes : `info_hash ${faultOf(wrong)}`
}

/** What is wrong with what should be 20 bytes, to go after the parameter's name. */
function faultOf(value: string | undefined): string {
  return value === undefined ? 'is missing' : `has ${value.length} bytes, not ${HASH_LENGTH}`
}

/** Undefined where there is none, NaN where it is no integer in base ten. */
function integer(value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined
  return /^-?\d{1,20}$/.test(value) ? Number(value) : Number.NaN
}

/** Anything else, such as BEP 21's `paused`, counts as a regular announce. */
function eventOf(value: string | undefined): AnnounceEvent | undefined {
  return value === 'started' || value === 'completed' || value === 'stopped' ? value : undefined
}
