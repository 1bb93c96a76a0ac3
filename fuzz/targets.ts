// Every parser that reads what others wrote.
import type { Target } from './target.ts'
import { bencodeJson } from './targets/bencode-json.ts'
import { bencode } from './targets/bencode.ts'
import { compactPeers } from './targets/compact-peers.ts'
import { connection } from './targets/connection.ts'
import { config } from './targets/config.ts'
import { extended } from './targets/extended.ts'
import { handshake } from './targets/handshake.ts'
import { httpRequests } from './targets/http-requests.ts'
import { httpTracker } from './targets/http-tracker.ts'
import { magnet } from './targets/magnet.ts'
import { metainfo } from './targets/metainfo.ts'
import { paths } from './targets/paths.ts'
import { resume } from './targets/resume.ts'
import { trackerState } from './targets/tracker-state.ts'
import { trace } from './targets/trace.ts'
import { udpRequests } from './targets/udp-requests.ts'
import { udpTracker } from './targets/udp-tracker.ts'
import { utMetadata } from './targets/ut-metadata.ts'
import { wire } from './targets/wire.ts'

export const TARGETS: readonly Target[] = [
  bencode,
  bencodeJson,
  metainfo,
  paths,
  magnet,
  handshake,
  wire,
  connection,
  trace,
  extended,
  utMetadata,
  httpTracker,
  udpTracker,
  compactPeers,
  resume,
  config,
  httpRequests,
  udpRequests,
  trackerState,
]

/** @throws RangeError where there is none of this name, naming those there are. */
export function targetNamed(name: string): Target {
  const target = TARGETS.find(each => each.name === name)
  if (target !== undefined) return target
  throw new RangeError(`there is no target "${name}"; there are ${TARGETS.map(each => each.name).join(', ')}`)
}
