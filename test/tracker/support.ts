// What the tracker's tests share: ids made of one byte, and a source of numbers that repeats from run to run.
import { latin1 } from '../../src/lib/base/bytes.ts'
import { Tracker, type Origin, type TrackerOptions } from '../../src/lib/tracker/tracker.ts'

/** Latin1 text. */
export function hashOf(byte: number): string {
  return String.fromCharCode(byte).repeat(20)
}

/** Latin1 text. */
export function idOf(number: number): string {
  const bytes = new Uint8Array(20)
  new DataView(bytes.buffer).setUint32(0, number)
  return latin1(bytes)
}

/** 10.x.y.z: a different address for every number below 2^24. */
export function ipv4(number: number): Uint8Array {
  return Uint8Array.of(10, number >> 16, number >> 8, number)
}

/** 2001:db8::n. */
export function ipv6(number: number): Uint8Array {
  const bytes = new Uint8Array(16)
  bytes.set([0x20, 0x01, 0x0d, 0xb8])
  new DataView(bytes.buffer).setUint32(12, number)
  return bytes
}

/** Mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

export function makeTracker(options: Partial<TrackerOptions> = {}): Tracker {
  return new Tracker({ interval: 60, random: seeded(1), startedAt: 0, ...options })
}

export function from(address: Uint8Array, now = 0, transport: Origin['transport'] = 'http'): Origin {
  return { transport, address, port: 50_000, now }
}
