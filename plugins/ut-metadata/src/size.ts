// Which sizes metadata can have. Peers name the size before they send a byte, so that it is a claim and no more.

/** Bytes: 30 MiB, the most that libtorrent takes (`max_metadata_size`). */
export const MAX_METADATA_SIZE = 31_457_280
/** Bytes: 4 MiB, 200,000 piece hashes, more than nearly every torrent has. A larger claim is not believed at once. */
export const BELIEVED_SIZE = 4_194_304

/** The size a peer names if it is one that metadata can have, else 0. */
export function usableSize(claim: number | undefined): number {
  return claim !== undefined && claim > 0 && claim <= MAX_METADATA_SIZE ? claim : 0
}
