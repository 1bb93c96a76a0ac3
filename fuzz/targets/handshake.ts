import { equal, fromLatin1 } from '../../src/lib/base/bytes.ts'
import {
  decodeHandshake,
  encodeHandshake,
  HANDSHAKE_LENGTH,
  HandshakeReader,
  supportsDht,
  supportsExtended,
  supportsFast,
} from '../../src/lib/wire/handshake.ts'
import { check, type Target } from '../target.ts'

const plain = fromLatin1(`\u0001\u0013BitTorrent protocol${'\0'.repeat(8)}${'h'.repeat(20)}${'p'.repeat(20)}`)
const rich = fromLatin1(
  `\u0030\u0013BitTorrent protocol\0\0\0\0\0\u0010\0\u0005${'h'.repeat(20)}-bt0001-${'p'.repeat(12)}`,
)

/** The first byte says how long the chunks are. */
export const handshake: Target = {
  name: 'handshake',
  promise: 'chunks of any size give the same handshake, which encodes to the same bytes',
  seeds: [plain, rich],
  throws: [],
  words: ['\u0013', 'BitTorrent protocol', '-bt0001-'],
  maxLength: 200,
  run(input) {
    const [step = 0] = input
    const bytes = input.subarray(1)
    const reader = new HandshakeReader()
    let taken = 0
    let result = reader.read()
    while (taken < bytes.length && result === 'incomplete') {
      const used = reader.take(bytes.subarray(taken, taken + (step % 80) + 1))
      check(used > 0, 'an incomplete handshake takes more')
      taken += used
      result = reader.read()
    }
    const whole = decodeHandshake(bytes)
    if (typeof result === 'string') {
      check(whole === undefined, 'what is no handshake in chunks is none as a whole')
      return result
    }
    check(whole !== undefined && taken === HANDSHAKE_LENGTH, 'it ends where it ends')
    const first = bytes.subarray(0, HANDSHAKE_LENGTH)
    check(equal(encodeHandshake(result), first) && equal(encodeHandshake(whole), first), 'it encodes to its bytes')
    const { reserved } = result
    return `shaken ${supportsExtended(reserved)} ${supportsFast(reserved)} ${supportsDht(reserved)}`
  },
}
