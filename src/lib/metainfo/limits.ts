// How large a torrent may be. The numbers are those libtorrent has settled on, unless a comment says otherwise.

/** A .torrent file, in bytes. */
export const MAX_TORRENT_BYTES = 10_000_000
/** Pieces of one torrent: a bitfield of 256 KiB. */
export const MAX_PIECES = 2_097_152
/** Folders of one path, the file's own name included. In v2 the depth that bencode may have ends it a little sooner. */
export const MAX_PATH_DEPTH = 100
/** Files that may need another name because theirs is taken. */
export const MAX_DUPLICATE_NAMES = 500
/**
 * BEP 3 sets no lower bound, and torrents made for teaching have pieces of a few bytes, so a v1 torrent may have any;
 * BEP 52 sets its own below.
 */
export const MIN_PIECE_LENGTH = 1
/** BEP 52 "piece length": at least this, and a power of two. Also the smallest that `create` chooses. */
export const MIN_PIECE_LENGTH_V2 = 16_384
/** 512 MiB. */
export const MAX_PIECE_LENGTH = 536_870_912
/** One element of a path, in UTF-8: below the 255 that file systems take, with room for a suffix such as ".part". */
export const MAX_NAME_BYTES = 240
