import { setImmediate } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { formatAddress, parseAddress } from '../../src/lib/base/address.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { findPeers } from '../../src/lib/engine/find-peers.ts'
import type { PeerQuery } from '../../src/lib/engine/peer-query.ts'
import type { AnnounceRequest, Tracker } from '../../src/lib/plugin/api.ts'
import { PluginRegistry } from '../../src/lib/plugin/registry.ts'

type Answer = readonly string[] | Error | 'silent'

interface World {
  readonly query: PeerQuery
  readonly warnings: string[]
  /** URLs of announces that were cut short. */
  readonly cut: string[]
}

/** Trackers `test://name` that answer as the table says. */
function world(answers: Readonly<Record<string, Answer>>, peers: readonly string[] = []): World {
  const [warnings, cut]: [string[], string[]] = [[], []]
  const tracker: Tracker = {
    schemes: ['test:'],
    announce: async (url, _request, io) => {
      const answer = answers[url.host] ?? []
      if (answer instanceof Error) throw answer
      if (answer !== 'silent') return { interval: 60, peers: answer.map(parseAddress) }
      return new Promise((_resolve, reject) => {
        io.signal.addEventListener('abort', () => {
          cut.push(url.host)
          reject(new Error('cut short'))
        })
      })
    },
  }
  const registry = new PluginRegistry([{ name: 'test', origin: 'core', plugin: { api: 1, trackers: [tracker] } }])
  const source = {
    infoHash: infoHash(new Uint8Array(20)),
    tiers: Object.keys(answers).map(host => [`test://${host}`]),
    peers: peers.map(parseAddress),
  }
  const query = { source, registry, signal: new AbortController().signal, onWarning: (m: string) => warnings.push(m) }
  return { query, warnings, cut }
}

async function all(query: PeerQuery): Promise<string[]> {
  const found: string[] = []
  for await (const peer of findPeers(query)) found.push(formatAddress(peer))
  return found
}

/** Trackers `test://name` that share one swarm, which they name whole to whoever joins it; `stopped` is told of leaving. */
function sharedSwarm(hosts: readonly string[], stopped: (host: string) => Promise<void>): SharedSwarm {
  const requests: AnnounceRequest[] = []
  const { query } = world(Object.fromEntries(hosts.map(host => [host, []])))
  const tracker: Tracker = {
    schemes: ['test:'],
    announce: async (url, request) => {
      requests.push(request)
      if (request.event === 'stopped') await stopped(url.host)
      const own = requests.map(({ port }) => ({ host: '10.9.9.9', port }))
      return { interval: 60, peers: [{ host: '10.0.0.1', port: 1 }, ...own] }
    },
  }
  const registry = new PluginRegistry([{ name: 'test', origin: 'core', plugin: { api: 1, trackers: [tracker] } }])
  return { query: { ...query, registry }, requests }
}

interface SharedSwarm {
  readonly query: PeerQuery
  readonly requests: readonly AnnounceRequest[]
}

describe('findPeers', () => {
  test('is one visitor to all trackers, and does not find itself', async () => {
    const { query, requests } = sharedSwarm(['a', 'b'], () => Promise.resolve())
    expect(await all(query)).toEqual(['10.0.0.1:1'])
    expect(requests.map(({ event }) => event)).toEqual(['started', 'started', 'stopped', 'stopped'])
    const visitors = requests.map(({ peerId, key, port }) => `${Buffer.from(peerId).toString('hex')} ${key} ${port}`)
    expect(new Set(visitors).size).toBe(1)
  })

  test('gives peers before it has left the trackers, and ends after', async () => {
    const steps: string[] = []
    let mayLeave = (): void => undefined
    const allowed = new Promise<void>(resolve => {
      mayLeave = () => resolve()
    })
    const { query } = sharedSwarm(['a'], async () => {
      await allowed
      await setImmediate() // whoever does not wait is through by now
      steps.push('left')
    })
    for await (const peer of findPeers(query)) {
      steps.push(formatAddress(peer))
      mayLeave()
    }
    expect(steps).toEqual(['10.0.0.1:1', 'left'])
  })

  test('gives each peer once: those of the link, then those of the trackers', async () => {
    const { query, warnings } = world({ a: ['10.0.0.1:1', '10.0.0.2:1'], b: ['10.0.0.2:1', '10.0.0.3:1'] }, [
      '10.0.0.1:1',
    ])
    expect(await all(query)).toEqual(['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1'])
    expect(warnings).toEqual([])
  })

  test('does not wait for a silent tracker, and leaves none under way', async () => {
    const { query, cut } = world({ slow: 'silent', fast: ['10.0.0.1:1'] })
    for await (const peer of findPeers(query)) {
      expect(formatAddress(peer)).toBe('10.0.0.1:1')
      break
    }
    expect(cut).toEqual(['slow'])
  })

  test('warns of trackers that failed where another way led to peers', async () => {
    const refused = new BtError('TRACKER_REFUSED', 'a says no')
    const one = world({ a: refused, b: [] })
    expect(await all(one.query)).toEqual([])
    expect(one.warnings).toEqual(['a says no'])
    const two = world({ a: refused }, ['10.0.0.1:1'])
    expect(await all(two.query)).toEqual(['10.0.0.1:1'])
    expect(two.warnings).toEqual(['a says no'])
  })

  test('fails as the first tracker did where all did, and warns of the others', async () => {
    const { query, warnings } = world({
      a: new BtError('TRACKER_REFUSED', 'a says no'),
      b: new BtError('TRACKER_UNREACHABLE', 'b is gone'),
    })
    await expect(all(query)).rejects.toMatchObject({ code: 'TRACKER_REFUSED', message: 'a says no' })
    expect(warnings).toEqual(['b is gone'])
  })

  test('fails where there is neither tracker nor peer', async () => {
    await expect(all(world({}).query)).rejects.toMatchObject({ code: 'NO_TRACKER' })
    expect(await all(world({}, ['10.0.0.1:1']).query)).toEqual(['10.0.0.1:1'])
  })

  test('of more trackers than Node expects listeners on a signal bring no warning of a leak', async () => {
    const leaks: Error[] = []
    const onWarning = (warning: Error): number => leaks.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { query } = world(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`t${n}`, [`127.0.0.1:${n + 1}`]])))
    expect(await all(query)).toHaveLength(20)
    await setImmediate()
    expect(leaks).toEqual([])
  })
})
