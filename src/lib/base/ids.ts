// A 20-byte identifier carries its kind in its type, so that a peer id is never passed for an info-hash.
import { BtError } from './errors.ts'

declare const brand: unique symbol

/** 20 bytes: SHA-1 of the raw info dictionary (BEP 3), or the first 20 of its SHA-256 (BEP 52). */
export type InfoHash = Uint8Array & { readonly [brand]: 'InfoHash' }
/** 20 bytes; ours are Azureus style (BEP 20). */
export type PeerId = Uint8Array & { readonly [brand]: 'PeerId' }

export const HASH_LENGTH = 20
/** Client code and version, BEP 20. `BT` belongs to another client. */
export const PEER_ID_PREFIX = '-tb0100-'

export function infoHash(bytes: Uint8Array): InfoHash {
  return exactly(bytes, 'info-hash') as InfoHash
}

export function peerId(bytes: Uint8Array): PeerId {
  return exactly(bytes, 'peer id') as PeerId
}

/** Our own peer id: the prefix and 12 random bytes, kept printable so that logs and trackers show them. */
export function makePeerId(random: (length: number) => Uint8Array): PeerId {
  const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
  let text = PEER_ID_PREFIX
  for (const byte of random(HASH_LENGTH - PEER_ID_PREFIX.length)) text += alphabet[byte % alphabet.length]
  return peerId(new Uint8Array(Buffer.from(text, 'latin1')))
}

function exactly(bytes: Uint8Array, what: string): Uint8Array {
  if (bytes.length !== HASH_LENGTH) {
    throw new BtError('INTERNAL', `a ${what} has ${HASH_LENGTH} bytes, not ${bytes.length}`)
  }
  return bytes
}
