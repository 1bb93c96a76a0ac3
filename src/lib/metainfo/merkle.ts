// Merkle trees of BEP 52: SHA-256, two children a node, leaves of 16 KiB, zeros for the leaves beyond the end of a file.
import { hash } from 'node:crypto'
import { concat } from '../base/bytes.ts'

/** Bytes of a SHA-256. */
export const HASH_V2_LENGTH = 32

const PAIR = 2 * HASH_V2_LENGTH

/**
 * The root over a row of a file's tree, in which nodes that cover nothing of the file are left out.
 * @param row hashes of 32 bytes one after the other, at least one.
 * @param level of that row above the leaves: 0 for the hashes of 16 KiB blocks.
 */
export function merkleRoot(row: Uint8Array, level: number): Uint8Array {
  let current = row
  let padding = zeroNode(level)
  while (current.length > HASH_V2_LENGTH) {
    const above = new Uint8Array(Math.ceil(current.length / PAIR) * HASH_V2_LENGTH)
    for (let at = 0, out = 0; at < current.length; at += PAIR, out += HASH_V2_LENGTH) {
      const pair = current.subarray(at, at + PAIR)
      above.set(sha256(pair.length === PAIR ? pair : concat([pair, padding])), out)
    }
    padding = sha256(concat([padding, padding]))
    current = above
  }
  return current
}

/** The node at this level over leaves that are all zero. */
function zeroNode(level: number): Uint8Array {
  let node: Uint8Array = new Uint8Array(HASH_V2_LENGTH)
  for (let i = 0; i < level; i++) node = sha256(concat([node, node]))
  return node
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
