import { describe, expect, it } from 'vitest'
import { formatAddress, parseAddress } from '../../src/lib/base/address.ts'

describe('an address', () => {
  it.each([
    ['127.0.0.1:6881', { host: '127.0.0.1', port: 6881 }],
    ['[2001:db8::1]:1', { host: '2001:db8::1', port: 1 }],
    ['[fe80::1%eth0]:65535', { host: 'fe80::1%eth0', port: 65_535 }],
    ['peer.example:80', { host: 'peer.example', port: 80 }],
  ])('%s is read, and written as it was', (text, address) => {
    expect(parseAddress(text)).toEqual(address)
    expect(formatAddress(parseAddress(text))).toBe(text)
  })

  it.each([
    '127.0.0.1',
    '127.0.0.1:',
    ':6881',
    '127.0.0.1:0',
    '127.0.0.1:65536',
    '2001:db8::1:6881',
    'a b:1',
    '[]:1',
    '',
  ])('"%s" is a usage error that shows the form', text => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('ip:port') as string }),
    )
  })
})
