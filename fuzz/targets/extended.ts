import { fromLatin1 } from '../../src/lib/base/bytes.ts'
import { parseExtendedHandshake } from '../../src/lib/wire/extended.ts'
import { check, sizeOf, type Target } from '../target.ts'

export const extended: Target = {
  name: 'extended-handshake',
  promise: 'never throws, and what it gives is within the bounds that it states',
  seeds: [
    fromLatin1(
      'd1:ei0e1:md11:ut_metadatai1e6:ut_pexi2ee13:metadata_sizei31235e1:pi6881e4:reqqi250e1:v5:bt 0.16:yourip4:abcde',
    ),
    fromLatin1('d1:v3:\u00ff\u202ee1:mle'),
    fromLatin1('de'),
  ],
  throws: [],
  words: [
    '1:m',
    '1:v',
    '1:p',
    '4:reqq',
    '6:yourip',
    '13:metadata_size',
    '11:ut_metadata',
    'm',
    'v',
    'p',
    'reqq',
    'yourip',
  ],
  bencoded: true,
  run(input) {
    const parsed = parseExtendedHandshake(input)
    if (parsed === undefined) return 'nothing'
    const { messages, client, requestQueue, port, yourIp } = parsed
    for (const id of messages.values()) check(Number.isInteger(id) && id >= 0 && id <= 255, 'an id fits a byte')
    check(
      client === undefined || (Array.from(client).length <= 128 && !/[\p{Cc}\p{Cf}]/u.test(client)),
      'a name is printable',
    )
    check(requestQueue === undefined || requestQueue >= 1, 'a queue has room')
    check(port === undefined || (port >= 1 && port <= 65_535), 'a port is one')
    check(yourIp === undefined || yourIp.length === 4 || yourIp.length === 16, 'an address is one')
    const there = [client, requestQueue, port, yourIp?.length].map(value => (value === undefined ? '-' : '+'))
    return `${sizeOf(messages.size)} ${there.join('')} ${yourIp?.length}`
  },
}
