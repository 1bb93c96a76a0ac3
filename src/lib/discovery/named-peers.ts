// Peers as a plugin names them. A stranger's plugin may hand over anything; what is no address is left out.
import type { PeerAddress } from '../base/address.ts'

export function peersOf(named: unknown): readonly PeerAddress[] {
  return Array.isArray(named) ? named.filter(isAddress) : []
}

function isAddress(value: unknown): value is PeerAddress {
  if (typeof value !== 'object' || value === null) return false
  const { host, port } = value as Partial<Record<keyof PeerAddress, unknown>>
  return typeof host === 'string' && Number.isInteger(port)
}
