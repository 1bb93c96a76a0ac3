// Where a peer listens, as the tracker keeps and tells it: the compact form (BEP 23: 6 bytes, BEP 7: 18).
import type { PeerAddress } from '../base/address.ts'
import { ipText } from '../discovery/ip.ts'

export type Endpoint = Uint8Array

const PORT_LENGTH = 2

/** @param address 4 or 16 bytes. */
export function endpointOf(address: Uint8Array, port: number): Endpoint {
  const endpoint = new Uint8Array(address.length + PORT_LENGTH)
  endpoint.set(address)
  endpoint[address.length] = port >> 8
  endpoint[address.length + 1] = port
  return endpoint
}

export function endpointAddress(endpoint: Endpoint): PeerAddress {
  const [high = 0, low = 0] = endpoint.subarray(-PORT_LENGTH)
  return { host: ipText(endpoint.subarray(0, -PORT_LENGTH)), port: (high << 8) | low }
}
