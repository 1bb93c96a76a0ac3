import { describe, expect, it } from 'vitest'
import { coreExtensions, encodeDontHave } from '../../src/lib/swarm/core-extensions.ts'

function setUp(uploadOnly = false) {
  const calls: unknown[] = []
  const extensions = coreExtensions(
    {
      dontHave: (piece, now) => calls.push(['dontHave', piece, now]),
      uploadOnly: (value, now) => calls.push(['uploadOnly', value, now]),
    },
    () => uploadOnly,
  )
  const sessionOf = (name: string) => {
    const peer = { address: { host: '52.0.0.1', port: 1 }, send: () => false, close: () => undefined }
    const session = extensions.find(extension => extension.name === name)?.instance.connect(peer)
    if (session === undefined) throw new Error(`no ${name}`)
    return session
  }
  return { calls, sessionOf }
}

describe('lt_donthave (BEP 54)', () => {
  it('is four bytes, and nothing else is read', () => {
    const { calls, sessionOf } = setUp()
    const session = sessionOf('lt_donthave')
    session.onHandshake(new Map(), true, 1)
    for (const payload of [encodeDontHave(0xfedc_ba98), new Uint8Array(3), new Uint8Array(5)])
      session.onMessage(payload, 2)
    expect(calls).toEqual([['dontHave', 0xfedc_ba98, 2]])
  })
})

describe('upload_only (BEP 21)', () => {
  it('adds its key to our handshake while it is so', () => {
    expect(setUp(true).sessionOf('upload_only').handshake?.()).toEqual({ upload_only: 1 })
    expect(setUp(false).sessionOf('upload_only').handshake?.()).toEqual({})
  })

  it('is read from handshakes and messages; where it is left out, nothing has changed', () => {
    const { calls, sessionOf } = setUp()
    const session = sessionOf('upload_only')
    for (const value of [1, 0, 2]) session.onHandshake(new Map([['upload_only', value]]), false, 3)
    session.onHandshake(new Map(), true, 4)
    session.onMessage(Uint8Array.of(1), 5)
    session.onMessage(Uint8Array.of(0), 6)
    session.onMessage(Uint8Array.of(), 7)
    expect(calls).toEqual([
      ['uploadOnly', true, 3],
      ['uploadOnly', false, 3],
      ['uploadOnly', true, 3],
      ['uploadOnly', true, 5],
      ['uploadOnly', false, 6],
    ])
  })
})
