// The helpers that a plugin gets as `kit`. They are the host's own functions, so that a plugin reads bencode, compact
// peers and addresses exactly as the host does, and its errors have the host's class and exit codes.
import { formatAddress, parseAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import { BtError, ERROR_EXIT_CODES } from '../base/errors.ts'
import { infoHash } from '../base/ids.ts'
import { decode, decodePrefix } from '../bencode/decode.ts'
import { encode } from '../bencode/encode.ts'
import { decodeCompact } from '../discovery/compact.ts'
import type { Toolkit } from './api.ts'

/** None has cause to nest deeper (libtorrent allows an extension message 10 levels). */
const MAX_FOREIGN_DEPTH = 32
/** What plugins decode comes from trackers and peers, of whom some write the keys of a dictionary in the wrong order. */
const FOREIGN = { lenient: true, maxDepth: MAX_FOREIGN_DEPTH } as const

/** One object for every plugin, frozen: no plugin can change what another one gets. */
export const toolkit: Toolkit = Object.freeze({
  decode: bytes => decode(bytes, FOREIGN),
  decodePrefix: bytes => decodePrefix(bytes, FOREIGN),
  encode: value => encode(value),
  compactPeers: (bytes, family) => decodeCompact(bytes, family),
  hex: bytes => hex(bytes),
  infoHash: bytes => infoHash(bytes),
  parseAddress: text => parseAddress(text),
  formatAddress: address => formatAddress(address),
  // A code that is in no table (the plugin may be JavaScript, or newer than this bt) would have no exit status.
  error: (code, message, options) =>
    new BtError(Object.hasOwn(ERROR_EXIT_CODES, code) ? code : 'PLUGIN_FAILED', message, options),
} satisfies Toolkit)
