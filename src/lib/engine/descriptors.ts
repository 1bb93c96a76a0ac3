// How the descriptors that the system gives a process are shared out, so that connections leave some for files, trackers and
// threads.
import { readFileSync } from 'node:fs'

export interface DescriptorShares {
  /** Connections to peers, over all torrents. */
  readonly sockets: number
  /** Files of content that stay open; undefined: as many as usual. */
  readonly files: number | undefined
}

/** For 128 files, the program's own, its threads' and trackers. */
const RESERVED = 192
/** Below it, half are for sockets and a quarter for files. */
const AMPLE = 512

/** @param limit descriptors of the process; by default what the system says, where it says it */
export function shareDescriptors(limit: number = descriptorLimit()): DescriptorShares {
  if (limit >= AMPLE) return { sockets: limit - RESERVED, files: undefined }
  return { sockets: Math.floor(limit / 2), files: Math.floor(limit / 4) }
}

/** Linux only (proc(5)). Elsewhere an `open` that fails shows where the limit is. Node has raised the soft limit to the hard one. */
function descriptorLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === undefined ? Infinity : Number(soft)
  } catch {
    return Infinity
  }
}
