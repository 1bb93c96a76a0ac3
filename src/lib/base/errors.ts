// Every failure that a user can meet is a BtError whose code stands in this table; the exit code follows from it alone.

/** Error code → exit status of the process. The codes are stable: scripts may match on them. */
export const ERROR_EXIT_CODES = {
  USAGE: 2,
  BENCODE_MALFORMED: 3,
  JSON_INVALID: 3,
  METAINFO_INVALID: 3,
  MAGNET_INVALID: 3,
  UNSUPPORTED_TORRENT: 3,
  INPUT_UNREADABLE: 3,
  NO_TRACKER: 4,
  TRACKER_UNREACHABLE: 4,
  TRACKER_REFUSED: 4,
  TRACKER_INVALID_ANSWER: 4,
  HTTP_FAILED: 4,
  NO_PEERS: 5,
  PEER_UNREACHABLE: 5,
  PEER_PROTOCOL: 5,
  PEER_LACKS_EXTENSION: 5,
  METADATA_UNAVAILABLE: 5,
  STALLED: 6,
  HASH_MISMATCH: 7,
  DISK_FULL: 8,
  DISK_PERMISSION: 8,
  DISK_NOT_FOUND: 8,
  DISK_FAILED: 8,
  LISTEN_FAILED: 1,
  PLUGIN_FAILED: 1,
  COMMAND_FAILED: 1,
  INTERNAL: 1,
  INTERRUPTED: 130,
} as const

/** What went wrong, stable: programs may match on it. Each has one exit status. */
export type ErrorCode = keyof typeof ERROR_EXIT_CODES

/** An error meant for a person: the message names the thing, what was wrong with it and, where possible, what to do. */
export class BtError extends Error {
  override readonly name = 'BtError'
  readonly code: ErrorCode
  /** Machine-readable facts, such as a byte offset or a retry interval in seconds. */
  readonly details: Readonly<Record<string, string | number | boolean>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; details?: Readonly<Record<string, string | number | boolean>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? {}
  }

  get exitCode(): number {
    return ERROR_EXIT_CODES[this.code]
  }
}

/** The text of anything thrown, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
