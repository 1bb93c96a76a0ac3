// Showing one download from its start to its end, in the manner that fits where the output goes.
import type { TorrentSession } from '../engine/torrent-session.ts'

export interface Watch {
  /** Settles as `session.done` does, after the last line is out. */
  follow(session: TorrentSession): Promise<void>
}

/** Milliseconds between lines of a log. */
export const LOG_INTERVAL = 5_000
/** Milliseconds between JSON progress lines. */
export const JSON_INTERVAL = 1_000
/** Milliseconds between frames on a terminal. */
export const FRAME_INTERVAL = 100
