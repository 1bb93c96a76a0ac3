// What a tracker counts, as a line and as JSON, with rates since the time before.
import type { TrackerServer } from '../engine/tracker-server.ts'

type Stats = ReturnType<TrackerServer['stats']>

interface Rates {
  /** Announces a second. */
  readonly http: number
  readonly udp: number
}

/** `uptime: 60 s  torrents: 3  seeds: 5  leeches: 7  http: 12/s  udp: 340/s  scrapes: 2  refused: 0  evicted: 0`. */
export function statsLine(stats: Stats, before: Stats, seconds: number): string {
  const { http, udp } = ratesOf(stats, before, seconds)
  const cells = {
    uptime: `${stats.uptime} s`,
    torrents: stats.swarms,
    seeds: stats.seeds,
    leeches: stats.leeches,
    http: `${http}/s`,
    udp: `${udp}/s`,
    scrapes: stats.http.scrapes + stats.udp.scrapes,
    refused: stats.http.refused + stats.udp.refused,
    evicted: stats.evicted,
  }
  return Object.entries(cells)
    .map(([name, value]) => `${name}: ${value}`)
    .join('  ')
}

/** `event` tells it from the other lines. */
export function statsJson(stats: Stats, before: Stats, seconds: number): object {
  return { event: 'stats', ...stats, announcesPerSecond: ratesOf(stats, before, seconds) }
}

function ratesOf(stats: Stats, before: Stats, seconds: number): Rates {
  const rate = (now: number, then: number): number => Math.round(((now - then) / seconds) * 10) / 10
  return {
    http: rate(stats.http.announces, before.http.announces),
    udp: rate(stats.udp.announces, before.udp.announces),
  }
}
