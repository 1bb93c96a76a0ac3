// The limits of one torrent's swarm; the numbers are those that libtorrent has settled on unless another source is named.

/** Connections of one torrent, either direction (libtorrent `connections_limit`). */
export const MAX_CONNECTIONS = 200
/** Dials under way at once; more only fill the SYN queue. */
export const MAX_HALF_OPEN = 50
/** Requests one peer may have waiting with us before it is dropped. */
export const MAX_QUEUED_UPLOADS = 2000
/** What we tell peers of the above (BEP 10 `reqq`). */
export const ADVERTISED_REQUEST_QUEUE = 500
/** Milliseconds without the block that was asked for, after which its peer counts as snubbing (libtorrent `request_timeout`). */
export const REQUEST_TIMEOUT = 60_000
/** Request time-outs in a row after which a peer is replaced. */
export const MAX_REQUEST_TIMEOUTS = 3
/** Seconds of a peer's rate that are read ahead of its socket: a pipe never runs dry, and a slow peer can still cancel. */
export const UPLOAD_AHEAD = 0.5
/** Seconds of a peer's rate before its socket that make it count as stalled: no fast one is read as far ahead. */
export const STALL = 1
/** Bytes read ahead for a peer whose rate is not known, or small: a few blocks. */
export const MIN_UPLOAD_WINDOW: number = 128 * 1024
/** Bytes read ahead for the fastest: two runs wait while one is being sent. */
export const MAX_UPLOAD_WINDOW: number = 2 * 1024 * 1024
/** Blocks, and bytes, that are read and sent as one. */
export const MAX_RUN_BLOCKS = 64
export const MAX_RUN_BYTES: number = 1024 * 1024
/**
 * Bytes that wait to be sent to one peer, of which it has to take some within a minute: more than a window of blocks and a
 * second's worth of metadata, so only who asks for much and reads nothing comes to it.
 */
export const MAX_UNREAD_BYTES: number = 8 * 1024 * 1024
export const UNREAD_TIMEOUT = 60_000
/** Milliseconds between looks at time-outs; the finest promise made to anyone is a second. */
export const TICK = 500
/** The most peers that are served at once: see `UploadSlots`. */
export const UPLOAD_SLOTS = 8
/** Bytes of whole pieces that wait for their hash or the disk before we ask for more: bounds memory, not throughput. */
export const MAX_UNCHECKED_BYTES: number = 32 * 1024 * 1024
/**
 * Bytes of partial and unchecked pieces beyond which none is begun; two pieces are always allowed. Bounds memory: four
 * pieces of 16 MiB, which keep two hundred seeds busy (test/sim/asking.test.ts).
 */
export const MAX_BUFFERED_BYTES: number = 64 * 1024 * 1024
/** Bytes of pieces that failed their hash, kept to find the wrong blocks; one piece always is. */
export const MAX_BAD_BYTES: number = 16 * 1024 * 1024
