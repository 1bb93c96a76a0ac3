import { expect, it } from 'vitest'
import { BtError, messageOf, type ErrorCode } from '../../src/lib/base/errors.ts'

it('has the exit codes that scripts depend on', () => {
  const codes = (...names: ErrorCode[]): number[] => names.map(name => new BtError(name, '').exitCode)
  expect(codes('INTERNAL', 'USAGE', 'BENCODE_MALFORMED', 'METAINFO_INVALID', 'MAGNET_INVALID')).toEqual([1, 2, 3, 3, 3])
  expect(codes('TRACKER_REFUSED', 'NO_PEERS', 'STALLED', 'HASH_MISMATCH', 'DISK_FULL')).toEqual([4, 5, 6, 7, 8])
  expect(codes('INTERRUPTED')).toEqual([130])
})

it('carries a cause and facts', () => {
  const cause = new Error('why')
  const error = new BtError('DISK_FULL', 'no room', { cause, details: { path: '/x' } })
  expect(error).toMatchObject({
    name: 'BtError',
    code: 'DISK_FULL',
    message: 'no room',
    cause,
    details: { path: '/x' },
  })
  expect(new BtError('USAGE', 'x')).toMatchObject({ details: {} })
})

it('finds the text of whatever was thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a')
  expect(messageOf('b')).toBe('b')
  expect(messageOf(undefined)).toBe('undefined')
})
