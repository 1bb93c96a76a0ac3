// The messages of the fast extension (BEP 6) as events. They are all head: none carries a payload of its own.
import type { PeerEvent } from './events.ts'
import { MESSAGE, PREFIX_SIZE, readRequest, readUint32 } from './message.ts'

/** The event of the message that starts at `at`, with its prefix, and whose head is there; undefined: none of BEP 6. */
export function readFast(id: number, bytes: Uint8Array, at: number): PeerEvent | undefined {
  switch (id) {
    case MESSAGE.haveAll:
      return { type: 'haveAll' }
    case MESSAGE.haveNone:
      return { type: 'haveNone' }
    case MESSAGE.suggestPiece:
      return { type: 'suggest', piece: readUint32(bytes, at + PREFIX_SIZE) }
    case MESSAGE.allowedFast:
      return { type: 'allowedFast', piece: readUint32(bytes, at + PREFIX_SIZE) }
    case MESSAGE.rejectRequest:
      return { type: 'reject', block: readRequest(bytes, at) }
    default:
      return undefined
  }
}
