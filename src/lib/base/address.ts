// Where a peer listens. `host` is a literal IPv4 or IPv6 address (IPv6 without brackets) or, where a user typed one, a name.
import { BtError } from './errors.ts'

/** Where a peer is: an IP address (or, from a user, a host name) without brackets, and a TCP port of 1 to 65535. */
export interface PeerAddress {
  readonly host: string
  readonly port: number
}

/** `1.2.3.4:6881` or `[2001:db8::1]:6881`, the form that the commands print and take. */
export function formatAddress(address: PeerAddress): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`
}

/** @throws BtError USAGE where the text is not `host:port` with a port of 1 to 65535. */
export function parseAddress(text: string): PeerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[^\s\]]+)?)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text.trim())
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port < 1 || port > 65_535) {
    throw new BtError('USAGE', `"${text}" is not a peer address; write ip:port, or [ip]:port for IPv6`)
  }
  return { host, port }
}
