import { describe, expect, test } from 'vitest'
import { formatAddress, parseAddress } from '../../src/lib/base/address.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { findPeers } from '../../src/lib/engine/find-peers.ts'
import type { PeerQuery } from '../../src/lib/engine/peer-query.ts'
import type { Tracker } from '../../src/lib/plugin/api.ts'
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

describe('findPeers', () => {
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
})
