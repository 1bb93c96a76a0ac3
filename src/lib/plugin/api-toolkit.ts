// What a plugin would import of the host, if it could: it comes as an argument instead.
import type { PeerAddress } from '../base/address.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import type { BencodeInput, BencodeValue } from '../bencode/value.ts'

/** Helpers that the host hands to a plugin. */
export interface Toolkit {
  decode(bytes: Uint8Array): BencodeValue
  /** Decodes the value at the start of the bytes; `end` is where it stops (ut_metadata appends data to a dictionary). */
  decodePrefix(bytes: Uint8Array): { readonly value: BencodeValue; readonly end: number }
  encode(value: BencodeInput): Uint8Array
  /** Compact peers: 6 bytes each for family 4 (BEP 23), 18 for family 6 (BEP 7); undefined where the length is wrong. */
  compactPeers(bytes: Uint8Array, family: 4 | 6): readonly PeerAddress[] | undefined
  hex(bytes: Uint8Array): string
  infoHash(bytes: Uint8Array): InfoHash
  parseAddress(text: string): PeerAddress
  formatAddress(address: PeerAddress): string
  /** An error that the host shows and maps to an exit code. */
  error(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly details?: Readonly<Record<string, string | number | boolean>> },
  ): Error
}
