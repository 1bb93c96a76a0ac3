// Flags of `tracker`: whom it serves, and what it keeps at most.
import { Flags } from './options.ts'
import type { SwarmLimits } from '../lib/tracker/swarms.ts'

export const allowFlag = Flags.string({
  description:
    'serve only these torrents: a file of info-hashes, one a line, # before comments, or a folder of .torrent files; read again when it changes and on SIGHUP',
  helpValue: 'FILE',
})

export const statsFlag = Flags.integer({
  description: 'print the statistics every so many seconds',
  helpValue: 'SECONDS',
  min: 1,
  max: 86_400,
})

export const fullScrapeFlag = Flags.integer({
  description: 'answer a scrape that names no torrent with up to this many; 0, the default: refuse it',
  helpValue: 'N',
  min: 0,
  max: 100_000,
})

export const maxPeersFlag = Flags.integer({
  description:
    'keep at most this many peers of all torrents together; 500,000 by default, or fewer where memory is short',
  helpValue: 'N',
  min: 1,
})

export const maxSwarmFlag = Flags.integer({
  description: 'keep at most this many peers of one torrent; 100,000 by default',
  helpValue: 'N',
  min: 1,
})

export const stateFlag = Flags.string({
  description: 'remember peers and counts in this file: written at the end, read at the start',
  helpValue: 'FILE',
})

export interface LimitFlags {
  readonly 'max-peers': number | undefined
  readonly 'max-torrent-peers': number | undefined
}

export function swarmLimits({ 'max-peers': peers, 'max-torrent-peers': swarmPeers }: LimitFlags): SwarmLimits {
  return { ...(peers !== undefined && { peers }), ...(swarmPeers !== undefined && { swarmPeers }) }
}
