// What the swarms are told of a peer, and what they tell.
import type { Endpoint } from './endpoint.ts'
import type { PeerDraw } from './peer-draw.ts'

export type AnnounceEvent = 'started' | 'completed' | 'stopped'

export interface SwarmAnnounce {
  /** 20 bytes as latin1 text, one char a byte: what keys of a Map are. */
  readonly infoHash: string
  /** 20 bytes as latin1 text. */
  readonly peerId: string
  /** 4 or 16 bytes. */
  readonly address: Uint8Array
  /** Where the peer listens; 0: nowhere, so it is told of others but not listed. */
  readonly port: number
  /** It has every piece: `left` is 0. */
  readonly seed: boolean
  readonly event?: AnnounceEvent
  /** Negative or undefined: the default. */
  readonly numWant?: number
}

export interface SwarmCounts {
  readonly seeds: number
  readonly leeches: number
  /** Peers that announced `completed`, each once. */
  readonly downloaded: number
}

export interface SwarmAnswer extends SwarmCounts {
  /** Of the asker's own address family; to be read before the next announce. */
  readonly peers: PeerDraw
}

export interface KnownPeer {
  /** 20 bytes as latin1 text, as is the peer's id. */
  readonly infoHash: string
  readonly peerId: string
  readonly endpoint: Endpoint
  readonly seed: boolean
  /** Milliseconds on the clock of `now`. */
  readonly seenAt: number
}

export interface SwarmTotals {
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  /** Peers dropped since the start because there was no room for one more. */
  readonly evicted: number
}

export const NOTHING: SwarmCounts = { seeds: 0, leeches: 0, downloaded: 0 }
