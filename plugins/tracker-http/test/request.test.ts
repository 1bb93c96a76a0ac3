import * as fc from 'fast-check'
import type { InfoHash } from '../../../src/lib/plugin/api.ts'
import { describe, expect, it } from 'vitest'
import { announceUrl, scrapeUrl } from '../src/request.ts'
import { bytesOf } from '../src/text.ts'
import { infoHash, request, url } from './fixtures.ts'

const HASH = '%20-%3AGTan%7B%88%95%A2%AF%BC%C9%D6%E3%F0%FD%0A%17'

describe('announceUrl', () => {
  it('has every key of BEP 3, with raw bytes escaped', () => {
    expect(announceUrl(url, request).href).toBe(
      `http://tracker.example/announce?info_hash=${HASH}&peer_id=-tb0100-abcdefghij~%21&port=6881` +
        '&uploaded=1&downloaded=2&left=3000000000&compact=1&numwant=50&key=00000abc',
    )
  })

  it('names the event and gives the tracker its id back', () => {
    const { searchParams } = announceUrl(url, { ...request, event: 'started', trackerId: 'a&b' })
    expect(searchParams.get('event')).toBe('started')
    expect(searchParams.get('trackerid')).toBe('a&b')
    expect(announceUrl(url, { ...request, trackerId: '\u00ff' }).search).toMatch(/trackerid=%FF$/)
  })

  it('has what only who asks by hand sets, where it is set', () => {
    const { search } = announceUrl(url, { ...request, compact: false, noPeerId: true, ip: '2001:db8::1', corrupt: 9 })
    expect(search).toContain('&compact=0&')
    expect(search).toMatch(/&no_peer_id=1&ip=2001%3Adb8%3A%3A1&corrupt=9$/)
  })

  it.each([
    ['?passkey=%41%zz&x', '?passkey=%41%zz&x&info_hash='],
    ['?', '?info_hash='],
    ['?a=b&', '?a=b&info_hash='],
    ['#fragment', '?info_hash='],
  ])('keeps what the URL has of its own: %s', (own, start) => {
    const target = announceUrl(new URL(url.href + own), request)
    expect(target.search.startsWith(start)).toBe(true)
    expect(target.hash).toBe('')
  })

  it('lets any info-hash through exactly', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), bytes => {
        const { href } = announceUrl(url, { ...request, infoHash: bytes as InfoHash })
        const escaped = /info_hash=([^&]*)/.exec(new URL(href).search)?.[1] ?? ''
        const text = escaped.replaceAll(/%([0-9A-F]{2})/g, (_, hex: string) =>
          String.fromCodePoint(Number.parseInt(hex, 16)),
        )
        expect(bytesOf(text)).toEqual(bytes)
      }),
    )
  })
})

describe('scrapeUrl (BEP 48)', () => {
  it.each([
    ['/announce', '/scrape'],
    ['/x/announce', '/x/scrape'],
    ['/announce.php', '/scrape.php'],
    ['/announce/announce', '/announce/scrape'],
    ['/announce?x2%0644', '/scrape?x2%0644'],
  ])('%s → %s', (path, expected) => {
    const target = scrapeUrl(new URL(path, url), [infoHash])
    const separator = expected.includes('?') ? '&' : '?'
    expect(target?.href).toBe(`http://tracker.example${expected}${separator}info_hash=${HASH}`)
  })

  it.each(['/a', '/announce/x', '/', '/xannounce', '/x%064announce'])('%s has none', path => {
    expect(scrapeUrl(new URL(path, url), [infoHash])).toBeUndefined()
  })

  it('asks for several torrents at once', () => {
    expect(scrapeUrl(url, [infoHash, infoHash])?.search).toBe(`?info_hash=${HASH}&info_hash=${HASH}`)
  })
})
