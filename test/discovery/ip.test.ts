import * as fc from 'fast-check'
import { isIPv6 } from 'node:net'
import { describe, expect, it } from 'vitest'
import { canonicalHost, ipBytes, ipScope, isLinkLocal, ipText, networkOf } from '../../src/lib/discovery/ip.ts'

describe('ipText', () => {
  // Section numbers are those of RFC 5952.
  it.each([
    ['4.1 leading zeros', '2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['4.2.1 shortens as much as possible', '2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['4.2.2 one zero group stays', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['4.2.3 the longest run', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['4.2.3 the first of equal runs', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['4.3 lower case', '2001:DB8::ABCD', '2001:db8::abcd'],
    ['a run at the end', '2001:db8::', '2001:db8::'],
    ['all zero', '0:0:0:0:0:0:0:0', '::'],
    ['mapped IPv4', '::ffff:102:304', '1.2.3.4'],
    ['mapped IPv4, dotted', '::FFFF:1.2.3.4', '1.2.3.4'],
    ['dotted tail elsewhere', '64:ff9b::1.2.3.4', '64:ff9b::102:304'],
    ['a name', 'Tracker.Example', 'tracker.example'],
  ])('%s', (_, text, canonical) => {
    expect(canonicalHost(text)).toBe(canonical)
  })

  it('is undone by ipBytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 4, maxLength: 4 }),
          fc.uint8Array({ minLength: 16, maxLength: 16 }),
          // Zero runs are where the writing is intricate.
          fc.array(fc.constantFrom(0, 0, 0, 1, 0xff), { minLength: 16, maxLength: 16 }).map(a => Uint8Array.from(a)),
        ),
        bytes => {
          const text = ipText(bytes)
          const back = ipBytes(text)
          expect(back).toEqual(text.includes(':') ? bytes : bytes.slice(-4))
          expect(canonicalHost(text)).toBe(text)
        },
      ),
    )
  })
})

describe('ipBytes', () => {
  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.',
    'a.b.c.d',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
  ])('refuses %j', text => {
    expect(ipBytes(text)).toBeUndefined()
  })

  it.each(['1:2:3:4:5:6:7:8:9', '1:2:3:4::5:6:7:8', '12345::', 'g::', '1.2.3.4::', ':1:2:3:4:5:6:7', 'fe80::1%eth0'])(
    'refuses %j',
    text => {
      expect(ipBytes(text)).toBeUndefined()
    },
  )

  it('agrees with node on what is IPv6', () => {
    const group = fc.constantFrom('', '0', '1', 'ff', 'abcd', '12345', 'x', '1.2.3.4')
    fc.assert(
      fc.property(fc.array(group, { minLength: 2, maxLength: 10 }), groups => {
        const text = groups.join(':')
        fc.pre(text.includes(':'))
        expect(ipBytes(text) !== undefined).toBe(isIPv6(text))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('ipScope', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['172.15.0.1', 'public'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['10.77.0.1', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'private'],
    ['100.64.0.1', 'private'],
    ['100.128.0.1', 'public'],
    ['127.9.9.9', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['fe80::1%eth0', 'private'],
    ['fd00::1', 'private'],
    ['2001:db8::1', 'public'],
    ['192.0.0.192', 'private'],
    ['192.0.1.1', 'public'],
    ['198.19.255.255', 'private'],
    ['198.20.0.1', 'public'],
    ['64:ff9b::8.8.8.8', 'public'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['64:ff9b:1::8.8.8.8', 'private'],
    ['::ffff:0:192.168.0.1', 'private'],
    ['2002:808:808::1', 'public'],
    ['2002:7f00:1::1', 'loopback'],
    ['2002:e000:1::1', 'multicast'],
    ['localhost', undefined],
  ])('%s is %s', (text, scope) => {
    expect(ipScope(text)).toBe(scope)
  })
})

describe('isLinkLocal', () => {
  it.each([
    ['169.254.169.254', true],
    ['::ffff:169.254.1.1', true],
    ['64:ff9b::169.254.169.254', true],
    ['fe80::1%eth0', true],
    ['febf::1', true],
    ['fec0::1', false],
    ['169.253.1.1', false],
    ['8.8.8.8', false],
    ['localhost', false],
  ])('%s: %s', (text, expected) => {
    expect(isLinkLocal(text)).toBe(expected)
  })
})

describe('networkOf', () => {
  it.each([
    ['IPv4', '1.2.3.4', '1.2.3.4'],
    ['mapped IPv4', '::ffff:1.2.3.4', '1.2.3.4'],
    ['the first 64 bits of IPv6', '2001:DB8:0:7:1:2:3:4', '2001:db8:0:7::/64'],
    ['others of them', '2001:db8:0:7::', '2001:db8:0:7::/64'],
    ['IPv4 behind NAT64', '64:ff9b::102:304', '1.2.3.4'],
    ['behind a NAT64 of the network itself', '64:ff9b:1::102:304', '64:ff9b:1::102:304'],
    ['6to4, of which one IPv4 address has 80 bits', '2002:102:304:7::1', '1.2.3.4'],
    ['a name', 'Tracker.Example', 'tracker.example'],
  ])('%s', (_, host, network) => {
    expect(networkOf(host)).toBe(network)
  })
})
