import { describe, test } from 'vitest'
import { trackerContract } from '../../../src/lib/plugin/testing.ts'
import { answering, infoHash, tracker, url } from './fixtures.ts'

const scraped = new Map([[String.fromCharCode(...infoHash), { complete: 1, downloaded: 2, incomplete: 3 }]])
const world = () => answering({ interval: 1800, peers: Uint8Array.of(192, 0, 2, 7, 0x1a, 0xe1), files: scraped })

describe('a tracker', () => {
  for (const { name, run } of trackerContract({ tracker, url, world, infoHash })) test(name, run)
})
