import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { urlDataOptions } from '../src/url-data.ts'

/** A reader of options as BEP 41 describes it. */
function readUrlData(options: Uint8Array): string {
  let text = ''
  for (let at = 0; at < options.length;) {
    const type = options[at] ?? 0
    if (type === 0) break
    const length = type === 1 ? -1 : (options[at + 1] ?? 0)
    if (type === 2) text += new TextDecoder().decode(options.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return text
}

describe('URL data (BEP 41)', () => {
  it('is path and query', () => {
    const options = urlDataOptions(new URL('udp://tracker.example.com:80/dir?a=b&c=d'))
    expect([...options.subarray(0, 3)]).toEqual([2, 12, 0x2f])
    expect(readUrlData(options)).toBe('/dir?a=b&c=d')
  })

  it('is left out where the URL has neither', () => {
    expect(urlDataOptions(new URL('udp://tracker.example.com:80'))).toHaveLength(0)
  })

  it('goes in options of at most 255 bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1200 }), length => {
        const path = `/${'x'.repeat(length - 1)}`
        const options = urlDataOptions(new URL(`udp://h:1${path}?q`))
        expect(readUrlData(options)).toBe(`${path}?q`)
        expect(options.length).toBe(length + 2 + 2 * Math.ceil((length + 2) / 255))
      }),
    )
  })
})
