import { describe, expect, it } from 'vitest'
import { OwnAddress } from '../../src/lib/discovery/own-address.ts'
import { ipBytes } from '../../src/lib/discovery/ip.ts'

function told(...votes: readonly (readonly [string, string])[]): { ours: OwnAddress; outcomes: string[] } {
  const ours = new OwnAddress()
  const outcomes = votes.map(([voter, ip]) => ours.vote(voter, ipBytes(ip) ?? new Uint8Array(4)))
  return { ours, outcomes }
}

describe('OwnAddress', () => {
  it('is what two say, and most of all', () => {
    const { ours, outcomes } = told(
      ['52.1.0.1', '80.1.1.1'],
      ['52.2.0.1', '80.1.1.1'],
      ['52.3.0.1', '80.2.2.2'],
      ['52.4.0.1', '80.2.2.2'],
    )
    expect(outcomes).toEqual(['same', 'changed', 'same', 'changed'])
    expect(ours.towards('1.2.3.4')).toBeUndefined()
    expect(ours.vote('52.5.0.1', ipBytes('80.2.2.2') ?? new Uint8Array(4))).toBe('changed')
    expect(ours.towards('1.2.3.4')).toBe('80.2.2.2')
  })

  it('has one vote for a network', () => {
    const { ours } = told(['52.1.0.1', '80.1.1.1'], ['52.1.0.2', '80.1.1.1'])
    expect(ours.towards('1.2.3.4')).toBeUndefined()
    const sixth = told(['2a00:1:1::1', '80.1.1.1'], ['2a00:1:1:ffff::1', '80.1.1.1'], ['2a00:1:2::1', '80.1.1.1'])
    expect(sixth.outcomes).toEqual(['same', 'same', 'changed'])
  })

  it('is known for each family apart, of the same voters', () => {
    const { ours } = told(
      ['52.1.0.1', '80.1.1.1'],
      ['52.2.0.1', '80.1.1.1'],
      ['52.1.0.1', '2a00::5'],
      ['52.2.0.1', '2a00::5'],
    )
    expect([ours.towards('1.2.3.4'), ours.towards('2001:db8::1')]).toEqual(['80.1.1.1', '2a00::5'])
  })

  it('is none that nobody could reach from outside, nor told by a name', () => {
    const { ours } = told(
      ['52.1.0.1', '192.168.0.1'],
      ['52.2.0.1', '192.168.0.1'],
      ['one.example', '80.1.1.1'],
      ['two.example', '80.1.1.1'],
    )
    expect(ours.towards('1.2.3.4')).toBeUndefined()
  })

  it('follows what is said now: only the latest votes count', () => {
    const ours = new OwnAddress()
    const [before, after] = [ipBytes('80.1.1.1'), ipBytes('80.2.2.2')]
    if (before === undefined || after === undefined) throw new Error('addresses')
    for (let n = 0; n < 100; n++) ours.vote(`52.${n}.0.1`, before)
    for (let n = 100; n < 133; n++) ours.vote(`52.${n}.0.1`, after)
    expect(ours.towards('1.2.3.4')).toBe('80.2.2.2')
  })
})
