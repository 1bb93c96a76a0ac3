import { describe, expect, it } from 'vitest'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import type { ExtensionSession } from '../../src/lib/plugin/api.ts'
import { ExtensionSet } from '../../src/lib/swarm/extension-set.ts'
import { parseExtendedHandshake } from '../../src/lib/wire/extended.ts'

function handshake(dict: BencodeInput) {
  const parsed = parseExtendedHandshake(encode(dict))
  if (parsed === undefined) throw new Error('not a handshake')
  return parsed
}

function setOf(sessions: Readonly<Record<string, Partial<ExtensionSession> | (() => never)>>) {
  const calls: unknown[] = []
  const faults: string[] = []
  const set = new ExtensionSet({
    extensions: Object.entries(sessions).map(([name, session]) => ({
      name,
      instance: {
        connect: () =>
          typeof session === 'function'
            ? session()
            : {
                onHandshake: (_dict, speaks, now) => calls.push([name, 'handshake', speaks, now]),
                onMessage: (payload, now) => calls.push([name, [...payload], now]),
                onClose: now => calls.push([name, 'close', now]),
                ...session,
              },
      },
    })),
    host: () => ({ address: { host: '52.0.0.1', port: 1 }, send: () => false, close: () => undefined }),
    onFault: name => faults.push(name),
  })
  return { set, calls, faults }
}

function fail(): never {
  throw new Error('broken')
}

describe('ExtensionSet', () => {
  it('numbers its own extensions from 1 and adds what they say', () => {
    const { set } = setOf({ ut_a: {}, ut_b: { handshake: () => ({ metadata_size: 7, v: 'spoof' }) } })
    const dict = decode(encode(set.handshake({ v: 'bt', p: undefined })))
    expect(encode(dict)).toEqual(encode({ m: { ut_a: 1, ut_b: 2 }, metadata_size: 7, v: 'bt' }))
  })

  it('routes messages by our numbers and sends by theirs', () => {
    const { set, calls } = setOf({ ut_a: {}, ut_b: {} })
    set.onHandshake(handshake({ m: { ut_b: 9 } }), 5)
    expect([set.idOf('ut_a'), set.idOf('ut_b'), set.idOf('ut_c')]).toEqual([undefined, 9, undefined])
    set.onMessage(2, Uint8Array.of(3), 6)
    set.onMessage(3, Uint8Array.of(4), 7)
    expect(calls).toEqual([
      ['ut_a', 'handshake', false, 5],
      ['ut_b', 'handshake', true, 5],
      ['ut_b', [3], 6],
    ])
  })

  it('adds what a later handshake says and takes back what it maps to 0', () => {
    const { set } = setOf({ ut_a: {}, ut_b: {} })
    set.onHandshake(handshake({ m: { ut_a: 1, ut_b: 2 } }), 0)
    set.onHandshake(handshake({ m: { ut_a: 0 } }), 0)
    expect([set.idOf('ut_a'), set.idOf('ut_b')]).toEqual([undefined, 2])
  })

  it('remembers no name that it does not speak, however many handshakes bring them', () => {
    const { set } = setOf({ ut_a: {} })
    set.onHandshake(handshake({ m: { ut_a: 1, ut_x: 2 } }), 0)
    set.onHandshake(handshake({ m: { ut_y: 3 } }), 0)
    expect(['ut_a', 'ut_x', 'ut_y'].map(name => set.idOf(name))).toEqual([1, undefined, undefined])
  })

  it('calls a session at its deadline and not before', () => {
    const due: number[] = []
    const { set } = setOf({ ut_a: { deadline: 100, handleTimeout: now => due.push(now) }, ut_b: {} })
    set.handleTimeout(99)
    set.handleTimeout(100)
    expect(due).toEqual([100])
  })

  it('calls nobody after it is closed', () => {
    const { set, calls } = setOf({ ut_a: {} })
    set.close(1)
    set.close(2)
    set.onMessage(1, Uint8Array.of(1), 3)
    set.onHandshake(handshake({ m: {} }), 4)
    expect(calls).toEqual([['ut_a', 'close', 1]])
  })

  it('leaves out who throws on connecting, and keeps the numbers of the others', () => {
    const { set, calls, faults } = setOf({ ut_a: fail, ut_b: {} })
    expect(encode(set.handshake({}))).toEqual(encode({ m: { ut_b: 2 } }))
    set.onMessage(1, Uint8Array.of(1), 0)
    set.onMessage(2, Uint8Array.of(2), 0)
    expect(calls).toEqual([['ut_b', [2], 0]])
    expect(faults).toEqual(['ut_a'])
  })

  it('does not call again who threw', () => {
    const { set, calls, faults } = setOf({ ut_a: { onMessage: fail } })
    set.onMessage(1, Uint8Array.of(1), 0)
    set.onMessage(1, Uint8Array.of(1), 0)
    set.close(1)
    expect(faults).toEqual(['ut_a'])
    expect(calls).toEqual([])
  })
})
