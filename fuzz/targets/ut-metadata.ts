import { decodeMessage, encodeData, encodeReject, encodeRequest } from '../../plugins/ut-metadata/src/message.ts'
import { equal } from '../../src/lib/base/bytes.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { check, sizeOf, type Target } from '../target.ts'

export const utMetadata: Target = {
  name: 'ut-metadata',
  promise: 'never throws, and a message encodes to one that says the same',
  seeds: [
    encodeRequest(toolkit, 3),
    encodeReject(toolkit, 0),
    encodeData(toolkit, 1, 40_000, new Uint8Array(300).fill(7)),
    encodeData(toolkit, 0, 0, new Uint8Array()),
  ],
  throws: [],
  words: ['8:msg_type', '5:piece', '10:total_size', 'i0e', 'i1e', 'i2e', 'i3e', 'msg_type', 'piece', 'total_size'],
  bencoded: true,
  run(input) {
    const message = decodeMessage(toolkit, input)
    if (message.type === 'unknown' || message.type === 'malformed') return message.type
    check(Number.isSafeInteger(message.piece) && message.piece >= 0, 'a piece has an index')
    if (message.type === 'request' || message.type === 'reject') {
      const encoded = (message.type === 'request' ? encodeRequest : encodeReject)(toolkit, message.piece)
      const again = decodeMessage(toolkit, encoded)
      check(again.type === message.type && again.piece === message.piece, 'it comes back')
      return `${message.type} ${sizeOf(message.piece)}`
    }
    const again = decodeMessage(toolkit, encodeData(toolkit, message.piece, message.totalSize ?? 0, message.bytes))
    check(again.type === 'data' && equal(again.bytes, message.bytes), 'the piece comes back')
    return `data ${sizeOf(message.piece)} ${message.totalSize === undefined} ${sizeOf(message.bytes.length)}`
  },
}
