import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'

describe('toolkit', () => {
  it('can not be changed', () => {
    expect(Object.isFrozen(toolkit)).toBe(true)
  })

  it('makes errors that the host maps to an exit code', () => {
    const error = toolkit.error('TRACKER_REFUSED', 'no', { details: { retry: 5 } })
    expect(error).toBeInstanceOf(BtError)
    expect(error).toMatchObject({ code: 'TRACKER_REFUSED', exitCode: 4, details: { retry: 5 } })
  })

  it('reads dictionaries whose keys are in the wrong order, as some trackers send them', () => {
    expect(toolkit.decode(utf8('d1:bi1e1:ai2ee'))).toEqual(
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
    )
  })

  it('says where a value ends that data follows', () => {
    expect(toolkit.decodePrefix(utf8('i7exyz'))).toEqual({ value: 7, end: 3 })
  })

  it('refuses depths that only an attacker sends', () => {
    const nested = (depth: number): unknown => toolkit.decode(utf8('l'.repeat(depth) + 'e'.repeat(depth)))
    expect(nested(32)).toHaveLength(1)
    expect(() => nested(33)).toThrow(BtError)
  })

  it('reads compact peers', () => {
    expect(toolkit.compactPeers(Uint8Array.of(1, 2, 3, 4, 0x1a, 0xe1), 4)).toEqual([{ host: '1.2.3.4', port: 6881 }])
    expect(toolkit.compactPeers(new Uint8Array(7), 4)).toBeUndefined()
  })
})
