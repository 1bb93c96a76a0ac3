// Compact peer lists: address and port as fixed-size binary entries, in network byte order.
import type { PeerAddress } from '../base/address.ts'
import { type Family, ipBytes, ipText } from './ip.ts'

/** Bytes of an address without its port; with it an entry has 6 (BEP 23) or 18 bytes (BEP 7). */
const ADDRESS_LENGTH = { 4: 4, 6: 16 } as const
const PORT_LENGTH = 2

/**
 * The peers of a compact list; entries with port 0 are left out, for nobody can be reached there.
 * IPv4 mapped into IPv6 comes out as IPv4. Undefined where the length is no multiple of the entry size.
 */
export function decodeCompact(bytes: Uint8Array, family: Family): readonly PeerAddress[] | undefined {
  const addressLength = ADDRESS_LENGTH[family]
  const entryLength = addressLength + PORT_LENGTH
  if (bytes.length % entryLength !== 0) return undefined
  const peers: PeerAddress[] = []
  for (let at = 0; at < bytes.length; at += entryLength) {
    const portAt = at + addressLength
    const port = ((bytes[portAt] ?? 0) << 8) | (bytes[portAt + 1] ?? 0)
    if (port !== 0) peers.push({ host: ipText(bytes.subarray(at, portAt)), port })
  }
  return peers
}

/** The compact list of those addresses that are literal, of this family and have a port. */
export function encodeCompact(addresses: readonly PeerAddress[], family: Family): Uint8Array {
  const length = ADDRESS_LENGTH[family]
  const entries: number[] = []
  for (const { host, port } of addresses) {
    const bytes = ipBytes(host)
    if (bytes?.length === length && port > 0) entries.push(...bytes, port >> 8, port & 0xff)
  }
  return Uint8Array.from(entries)
}
