import { describe, expect, test } from 'vitest'
import { infoHash } from '../../src/lib/base/ids.ts'
import type { Progress } from '../../src/lib/engine/progress.ts'
import {
  goalsText,
  seededJson,
  seededLine,
  seedStatsJson,
  seedStatsLines,
  type SeededTorrent,
} from '../../src/lib/ui/seed-stats.ts'

const MEBIBYTE = 1024 ** 2
const HASH = 'ab'.repeat(20)

function torrent(name: string, progress: Partial<Progress> = {}): SeededTorrent {
  const source = { infoHash: infoHash(Buffer.alloc(20, 0xab)), tiers: [], peers: [], displayName: name }
  const whole = { stage: 'seeding', peers: 0, uploaded: 0, uploadRate: 0, ratio: 0, ...progress } as Progress
  return { source, progress: () => whole }
}

const busy = torrent('a.iso', { peers: 3, uploaded: 20 * MEBIBYTE, uploadRate: 2 * MEBIBYTE, ratio: 0.539 })
const idle = torrent('b\x1b.iso', { uploaded: 1000, ratio: 2 })

describe('statistics of seeding', () => {
  test('are one line for one torrent, with how far it is to its ratio', () => {
    expect(seedStatsLines([busy])).toEqual(['↑ 2.00 MiB/s  3 peers  20.0 MiB uploaded  ratio 0.53'])
    expect(seedStatsLines([busy], { goals: { ratio: 2, seedTime: 5 } })).toEqual([
      '↑ 2.00 MiB/s  3 peers  20.0 MiB uploaded  ratio 0.53 of 2',
    ])
  })

  test('are a line for each of a few, and one for all, all of whose columns line up', () => {
    expect(seedStatsLines([busy, idle])).toEqual([
      '↑ 2.00 MiB/s  3 peers  20.0 MiB uploaded  ratio 0.53  a.iso',
      '↑ 0 B/s       0 peers  1000 B uploaded    ratio 2.00  b�.iso',
      '↑ 2.00 MiB/s  3 peers  20.0 MiB uploaded              2 torrents',
    ])
  })

  test('are one line for many, and for none', () => {
    expect(seedStatsLines(Array.from({ length: 7 }, () => busy))).toEqual([
      '↑ 14.0 MiB/s  21 peers  140 MiB uploaded    7 torrents',
    ])
    expect(seedStatsLines([])).toEqual(['no torrent to seed'])
  })

  test('say how far a check is, and what has ended', () => {
    const checking = torrent('c', { stage: 'checking' })
    const checked = new Map([[checking, { pieces: 1, total: 4 }]])
    expect(seedStatsLines([checking], { checked })).toEqual(['checking 25.0 %'])
    expect(seedStatsLines([checking])).toEqual(['checking 0.0 %'])
    expect(seedStatsLines([torrent('d', { stage: 'stopped', ratio: 1 })])).toEqual([
      'stopped  0 peers  0 B uploaded  ratio 1.00',
    ])
  })

  test('are an object with those that have peers', () => {
    expect(seedStatsJson([busy, idle])).toEqual({
      event: 'stats',
      torrents: 2,
      peers: 3,
      uploaded: 20 * MEBIBYTE + 1000,
      uploadRate: 2 * MEBIBYTE,
      active: [
        {
          infoHash: HASH,
          name: 'a.iso',
          stage: 'seeding',
          peers: 3,
          uploaded: 20 * MEBIBYTE,
          uploadRate: 2 * MEBIBYTE,
          ratio: 0.539,
        },
      ],
    })
  })
})

describe('the end of seeding', () => {
  test.each([
    ['ratio', 'Seeded b�.iso: ratio 2.00, 1000 B uploaded; that was the goal'],
    ['seedTime', 'Seeded b�.iso: ratio 2.00, 1000 B uploaded; its time is over'],
    ['idleTime', 'Seeded b�.iso: ratio 2.00, 1000 B uploaded; nobody takes any more'],
  ] as const)('because of its %s is told', (goal, line) => {
    expect(seededLine(idle, goal)).toBe(line)
    expect(seededJson(idle, goal)).toMatchObject({ event: 'seeded', goal, infoHash: HASH, uploaded: 1000, ratio: 2 })
  })

  test('is told beforehand', () => {
    expect(goalsText({ ratio: 2, seedTime: 3600, idleTime: 60 })).toBe(
      'to ratio 2, or for 1 h 00 min, or until nobody took anything for 1 min 00 s',
    )
  })
})
