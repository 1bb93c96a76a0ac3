import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latin1, utf8 } from '../../../src/lib/base/bytes.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { decodeMessage, encodeData, encodeReject, encodeRequest } from '../src/message.ts'

const decode = (text: string) => decodeMessage(toolkit, utf8(text))

describe('the examples of BEP 9', () => {
  it('request', () => {
    expect(latin1(encodeRequest(toolkit, 0))).toBe('d8:msg_typei0e5:piecei0ee')
    expect(decode('d8:msg_typei0e5:piecei0ee')).toEqual({ type: 'request', piece: 0 })
  })

  it('data', () => {
    const wire = 'd8:msg_typei1e5:piecei0e10:total_sizei34256eexxxxxxxx'
    expect(latin1(encodeData(toolkit, 0, 34_256, utf8('xxxxxxxx')))).toBe(wire)
    expect(decode(wire)).toEqual({ type: 'data', piece: 0, totalSize: 34_256, bytes: utf8('xxxxxxxx') })
  })

  it('reject', () => {
    expect(latin1(encodeReject(toolkit, 0))).toBe('d8:msg_typei2e5:piecei0ee')
    expect(decode('d8:msg_typei2e5:piecei0ee')).toEqual({ type: 'reject', piece: 0 })
  })
})

describe('decodeMessage', () => {
  it.each([
    ['a msg_type that no one knows yet', 'd8:msg_typei3e5:piecei0ee'],
    ['an unknown msg_type without a piece', 'd8:msg_typei-1ee'],
  ])('ignores %s', (_, wire) => {
    expect(decode(wire).type).toBe('unknown')
  })

  it.each([
    ['nothing', ''],
    ['no bencoding', 'hello'],
    ['no dictionary', 'i0e'],
    ['no msg_type', 'd5:piecei0ee'],
    ['no piece', 'd8:msg_typei0ee'],
    ['a negative piece', 'd8:msg_typei0e5:piecei-1ee'],
    ['a piece beyond 2^53', 'd8:msg_typei0e5:piecei9007199254740993ee'],
    ['a piece that is text', 'd8:msg_typei0e5:piece1:0e'],
  ])('calls malformed: %s', (_, wire) => {
    expect(decode(wire).type).toBe('malformed')
  })

  it('takes keys in any order', () => {
    expect(decode('d5:piecei2e8:msg_typei0ee')).toEqual({ type: 'request', piece: 2 })
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), bytes => void decodeMessage(toolkit, bytes)))
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.uint8Array(), (piece, totalSize, bytes) => {
        const message = decodeMessage(toolkit, encodeData(toolkit, piece, totalSize, bytes))
        expect(message).toEqual({ type: 'data', piece, totalSize, bytes })
      }),
    )
  })
})
