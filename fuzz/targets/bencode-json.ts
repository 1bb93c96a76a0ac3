import { equal, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { fromJson } from '../../src/lib/bencode/from-json.ts'
import { toJson } from '../../src/lib/bencode/json.ts'
import { check, type Target } from '../target.ts'
import { shapeOf } from './bencode.ts'

export const bencodeJson: Target = {
  name: 'bencode-json',
  promise: 'JSON becomes bencode or a JSON_INVALID, and bencode becomes JSON and the same bytes again',
  seeds: [
    fromLatin1('{"a":1,"b":["c",-2],"d":{},"hex:ff00":{"hex":"00ff"}}'),
    fromLatin1('[123456789012345678901234567890, "\\u00e4\\ud83d\\ude00", {"hex":"zz"}]'),
    fromLatin1('{"hex":"00","x":1.5,"y":null,"z":true}'),
  ],
  throws: ['JSON_INVALID'],
  words: [
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\u',
    '\\ud800',
    'null',
    'true',
    '{"hex":"',
    'hex:',
    '1e9',
    '-',
    '0.5',
    '#',
  ],
  run(input) {
    const bytes = encode(fromJson(new TextDecoder().decode(input)))
    const value = decode(bytes, { maxDepth: Infinity })
    check(equal(encode(fromJson(toJson(value))), bytes), 'what became JSON comes back')
    return shapeOf(value, 1)
  },
}
