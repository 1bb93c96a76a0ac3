import { describe, test } from 'vitest'
import { fakeIo, trackerContract } from '../../../src/lib/plugin/testing.ts'
import { udpTracker } from '../src/tracker.ts'
import { announceAnswer, answerTo, hosts, infoHash, kit, server, url } from './fixtures.ts'

const SCRAPE = 2
const one = (n: number): number[] => [0, 0, 0, n]
const udp = server((asked, action) =>
  action === SCRAPE
    ? answerTo(asked, SCRAPE, [...one(1), ...one(2), ...one(3)])
    : answerTo(asked, action, announceAnswer(192, 0, 2, 7, 0x1a, 0xe1)),
)

describe('a tracker', () => {
  const subject = { tracker: udpTracker(kit), url, infoHash, world: () => fakeIo({ hosts, udp }) }
  for (const { name, run } of trackerContract(subject)) test(name, run)
})
