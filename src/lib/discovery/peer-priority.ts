// The order that all peers of a swarm agree on for each pair of them (BEP 40), so that nobody is left without connections
// because all others are full, and whoever fills them up gains no more than any other.
import type { PeerAddress } from '../base/address.ts'
import { ipBytes } from './ip.ts'

/** CRC32-C (Castagnoli), bits reversed. */
const POLYNOMIAL = 0x82f6_3b78
/** Bytes of an IPv4 address that are never masked; BEP 40 has 6 for IPv6. */
const IPV4_KEPT = 2
const IPV6_KEPT = 6
const IPV4_LENGTH = 4
/** What is left of the bytes after those: every other bit, so that neighbours differ little. */
const MASK = 0x55

/**
 * The greater, the better; the same from both sides. Undefined where the two are not of one family, or a host is a name.
 * @returns 32 bits, unsigned.
 */
export function peerPriority(ours: PeerAddress, theirs: PeerAddress): number | undefined {
  const [a, b] = [ipBytes(ours.host), ipBytes(theirs.host)]
  if (a === undefined || b === undefined || a.length !== b.length) return undefined
  const same = commonPrefix(a, b)
  if (same === a.length) return hashSorted(portBytes(ours.port), portBytes(theirs.port))
  const kept = Math.max(same + 1, a.length === IPV4_LENGTH ? IPV4_KEPT : IPV6_KEPT)
  return hashSorted(masked(a, kept), masked(b, kept))
}

/** Of at most 32 bytes, so that no table is worth its memory. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL
  }
  return ~crc >>> 0
}

function hashSorted(a: Uint8Array, b: Uint8Array): number {
  const both = new Uint8Array(a.length + b.length)
  const aFirst = compare(a, b) <= 0
  both.set(aFirst ? a : b)
  both.set(aFirst ? b : a, a.length)
  return crc32c(both)
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = commonPrefix(a, b)
  return (a[at] ?? 0) - (b[at] ?? 0)
}

/** How many bytes the two begin with in common. */
function commonPrefix(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index])
  return at < 0 ? a.length : at
}

function masked(address: Uint8Array, kept: number): Uint8Array {
  return address.map((byte, index) => (index < kept ? byte : byte & MASK))
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >>> 8, port & 0xff)
}
