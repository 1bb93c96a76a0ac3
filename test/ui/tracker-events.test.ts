import { expect, test } from 'vitest'
import { trackerEventJson } from '../../src/lib/ui/tracker-events.ts'

const peer = { host: '::1', port: 6881 }

test("an announce keeps what happened apart from the announce's own event", () => {
  const announce = { infoHash: 'aa', event: 'started', seed: true, seeds: 1, leeches: 2, given: 2 } as const
  expect(trackerEventJson({ type: 'announce', transport: 'udp', peer, ...announce })).toEqual({
    ...announce,
    event: 'announce',
    announceEvent: 'started',
    transport: 'udp',
    peer: '[::1]:6881',
  })
})

test('scrapes and refusals say what they were about', () => {
  expect(trackerEventJson({ type: 'scrape', transport: 'http', peer, infoHashes: 2 })).toMatchObject({ infoHashes: 2 })
  expect(trackerEventJson({ type: 'refused', transport: 'http', peer, reason: 'no' })).toMatchObject({ reason: 'no' })
})
