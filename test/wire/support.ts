// Wire bytes made by hand, independently of the code under test, and ways to feed them.
import { infoHash, peerId, type InfoHash, type PeerId } from '../../src/lib/base/ids.ts'
import { reservedBytes } from '../../src/lib/wire/handshake.ts'
import { PeerConnection, type ConnectionOptions, type PeerEvent } from '../../src/lib/wire/connection.ts'

export const HASH: InfoHash = infoHash(new Uint8Array(20).fill(0xaa))
export const OURS: PeerId = peerId(new Uint8Array(20).fill(1))
export const THEIRS: PeerId = peerId(new Uint8Array(20).fill(2))

export function bytes(...parts: readonly (number | string | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map(part =>
        typeof part === 'number' ? Buffer.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
      ),
    ),
  )
}

export function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** A message with its length prefix. */
export function message(id: number, ...payload: readonly (number | string | Uint8Array)[]): Uint8Array {
  const body = bytes(id, ...payload)
  return bytes(uint32(body.length), body)
}

export function handshake(hash: Uint8Array = HASH, id: Uint8Array = THEIRS, extended = true, fast = false): Uint8Array {
  return bytes(19, 'BitTorrent protocol', reservedBytes({ extended, fast }), hash, id)
}

/** The first `length` bytes of a fixed, uneven pattern. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 0xff)
}

export function connection(options: Partial<ConnectionOptions> = {}): PeerConnection {
  return new PeerConnection({
    initiator: true,
    peerId: OURS,
    infoHash: HASH,
    reserved: reservedBytes({ extended: true }),
    target: block => new Uint8Array(block.length),
    now: 0,
    ...options,
  })
}

/** An open initiator whose own handshake has been taken out of the queue. */
export function opened(options: Partial<ConnectionOptions> = {}): PeerConnection {
  const peer = connection(options)
  peer.receive(handshake(), options.now ?? 0)
  sent(peer)
  return peer
}

/** As `opened`, with the fast extension (BEP 6). */
export function openedFast(options: Partial<ConnectionOptions> = {}): PeerConnection {
  const peer = connection({ reserved: reservedBytes({ extended: true, fast: true }), ...options })
  peer.receive(handshake(HASH, THEIRS, true, true), options.now ?? 0)
  sent(peer)
  return peer
}

/** All that is queued, joined. */
export function sent(peer: PeerConnection): Uint8Array {
  const chunks: Uint8Array[] = []
  for (let chunk = peer.pollTransmit(); chunk !== undefined; chunk = peer.pollTransmit()) chunks.push(chunk)
  return bytes(...chunks)
}

/** Events as they stand now: a borrowed payload is copied. */
export function kept(events: readonly PeerEvent[]): PeerEvent[] {
  return events.map(event => (event.type === 'extended' ? { ...event, payload: event.payload.slice() } : event))
}

/** Feeds the stream in chunks that are overwritten after each call, as a reused read buffer would be. */
export function feed(peer: PeerConnection, stream: Uint8Array, sizes: Iterable<number>): PeerEvent[] {
  const events: PeerEvent[] = []
  let at = 0
  for (const size of sizes) {
    const chunk = stream.slice(at, at + size)
    events.push(...kept(peer.receive(chunk, 0)))
    chunk.fill(0xee)
    at += size
  }
  const rest = stream.slice(at)
  events.push(...kept(peer.receive(rest, 0)))
  return events
}
