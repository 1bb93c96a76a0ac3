import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/lib/wire/outbox.ts'
import { bytes, pattern } from './support.ts'

function write(outbox: Outbox, data: Uint8Array): void {
  const at = outbox.reserve(data.length)
  outbox.buffer.set(data, at)
}

function drain(outbox: Outbox): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let chunk = outbox.poll(); chunk !== undefined; chunk = outbox.poll()) chunks.push(chunk)
  return chunks
}

describe('Outbox', () => {
  it('joins small messages into one chunk, which may be longer the more there are', () => {
    const outbox = new Outbox()
    for (let i = 0; i < 10; i++) write(outbox, pattern(17, i))
    expect(outbox.queued).toBe(170)
    expect(drain(outbox).map(chunk => chunk.length)).toEqual([170])
    expect(outbox.queued).toBe(0)
    for (let i = 0; i < 2000; i++) write(outbox, pattern(17, i))
    const lengths = drain(outbox).map(chunk => chunk.length)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(34_000)
    expect(lengths).toHaveLength(8)
    expect(lengths.at(-2)).toBeGreaterThan(16_000)
  })

  it('hands out data by reference, between the messages around it', () => {
    const outbox = new Outbox()
    const data = pattern(16_384)
    write(outbox, bytes('before'))
    outbox.push(data)
    write(outbox, bytes('after'))
    const chunks = drain(outbox)
    expect(chunks).toEqual([bytes('before'), data, bytes('after')])
    expect(chunks[1]).toBe(data)
  })

  it('has room for a message larger than its buffer', () => {
    const outbox = new Outbox()
    write(outbox, bytes('a'))
    write(outbox, pattern(300_000))
    write(outbox, bytes('b'))
    expect(Buffer.compare(bytes(...drain(outbox)), bytes('a', pattern(300_000), 'b'))).toBe(0)
  })

  it('loses nothing while it is never quite empty', () => {
    const outbox = new Outbox()
    const blocks = Array.from({ length: 200 }, (_, i) => pattern(3, i))
    const polled: (Uint8Array | undefined)[] = []
    blocks.forEach((data, i) => {
      outbox.push(data)
      if (i >= 50) polled.push(outbox.poll())
    })
    expect([...polled, ...drain(outbox)]).toEqual(blocks)
  })

  it('is empty once cleared, and usable', () => {
    const outbox = new Outbox()
    write(outbox, bytes('a'))
    outbox.push(bytes('b'))
    outbox.clear()
    expect(outbox.queued).toBe(0)
    expect(outbox.poll()).toBeUndefined()
    write(outbox, bytes('c'))
    expect(drain(outbox)).toEqual([bytes('c')])
  })

  it('keeps the order and never changes a byte it has handed out', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), length: fc.integer({ min: 1, max: 9_000 }) }),
      fc.record({ kind: fc.constant('push' as const), length: fc.nat(100) }),
      fc.record({ kind: fc.constant('poll' as const), length: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const outbox = new Outbox()
        const queued: Uint8Array[] = []
        const polled: Uint8Array[] = []
        steps.forEach(({ kind, length }, seed) => {
          const data = pattern(length, seed)
          if (kind === 'poll') polled.push(...[outbox.poll()].filter(chunk => chunk !== undefined))
          else queued.push(data)
          if (kind === 'write') write(outbox, data)
          if (kind === 'push') outbox.push(data)
        })
        const left = outbox.queued
        const rest = drain(outbox)
        expect(left).toBe(rest.reduce((sum, chunk) => sum + chunk.length, 0))
        expect(Buffer.compare(bytes(...polled, ...rest), bytes(...queued))).toBe(0)
      }),
    )
  })
})
