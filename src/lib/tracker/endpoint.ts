// Where a peer listens, as the tracker keeps it: the compact form (BEP 23: 6 bytes, BEP 7: 18) as latin1 text, one char
// a byte, which takes a quarter of the memory of an array of bytes and compares with ===.
import type { PeerAddress } from '../base/address.ts'
import { concat, fromLatin1, latin1 } from '../base/bytes.ts'
import { ipText } from '../discovery/ip.ts'

export type Endpoint = string

const PORT_LENGTH = 2

/** @param address 4 or 16 bytes. */
export function endpointOf(address: Uint8Array, port: number): Endpoint {
  return latin1(concat([address, Uint8Array.of(port >> 8, port)]))
}

export function endpointAddress(endpoint: Endpoint): PeerAddress {
  const bytes = fromLatin1(endpoint)
  return { host: ipText(bytes.subarray(0, -PORT_LENGTH)), port: endpointPort(endpoint) }
}

function endpointPort(endpoint: Endpoint): number {
  return (endpoint.charCodeAt(endpoint.length - 2) << 8) | endpoint.charCodeAt(endpoint.length - 1)
}

/** The bytes of a compact list. */
export function compactList(peers: readonly { readonly endpoint: Endpoint }[]): Uint8Array {
  return fromLatin1(peers.map(peer => peer.endpoint).join(''))
}
