import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ExtensionInstance } from '../../../src/lib/plugin/api.ts'
import { SOLE_TURN } from '../src/fetch.ts'
import { encodeData, encodeReject } from '../src/message.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { MAX_OUTSTANDING, REQUEST_TIMEOUT } from '../src/source.ts'
import {
  fetching,
  liar,
  metadataOf,
  network,
  PIECE,
  pieceOf,
  rejecting,
  requested,
  scripted,
  seedOf,
  silent,
} from './swarm.ts'

const metadata = metadataOf(9 * PIECE + 77)
const lie = metadata.map(byte => byte ^ 1)

describe('peers that lie', () => {
  it('are banned at once when nobody else is to blame', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joint = net.join(instance, liar(lie))
    net.run(1000)
    expect(joint.a.closed).toEqual({ reason: 'sent metadata that does not match the info-hash', ban: true })
    expect(torrent.metadata()).toBeUndefined()
    net.join(instance, seedOf(metadata))
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('are found out among honest ones, who stay', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const liars = [0, 1].map(() => net.join(instance, liar(lie), { delay: 10 }))
    const honest = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(60_000, () => torrent.metadata() !== undefined)
    expect(torrent.metadata()?.length).toBe(metadata.length)
    expect(torrent.mismatches).toBe(3)
    expect(liars.map(({ a }) => a.closed?.ban)).toEqual([true, true])
    expect(honest.a.closed).toBeUndefined()
  })

  it('about the size too are found out', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const liars = [0, 1].map(() => net.join(instance, liar(metadataOf(40))))
    net.join(instance, seedOf(metadata))
    net.run(60_000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
    expect(liars.some(({ a }) => a.closed?.ban)).toBe(true)
  })

  it('and then fall silent do not hold up the others', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    net.join(
      instance,
      lyingUntil(() => torrent.mismatches > 0, 'silent'),
      { delay: 10 },
    )
    net.join(instance, liar(lie), { delay: 10 })
    net.run(1000)
    net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(REQUEST_TIMEOUT)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('and then reject are not asked for all the rest', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const turncoat = net.join(
      instance,
      lyingUntil(() => torrent.mismatches > 0, 'reject'),
      { delay: 10 },
    )
    net.join(instance, liar(lie), { delay: 10 })
    net.run(1000, () => torrent.mismatches > 0)
    const before = requested(turncoat.a.sent).length
    net.run(1000)
    expect(torrent.mismatches).toBe(2)
    expect(requested(turncoat.a.sent).length - before).toBeLessThanOrEqual(MAX_OUTSTANDING)
  })

  it('and dawdle lose their turn', () => {
    const net = network()
    const whole = metadataOf(200 * PIECE)
    const wrong = whole.map(byte => byte ^ 1)
    const { torrent, instance } = fetching(whole)
    net.join(instance, liar(wrong), { delay: REQUEST_TIMEOUT / 2 - 1 })
    net.run(REQUEST_TIMEOUT)
    const quick = net.join(instance, liar(wrong), { delay: 200 })
    net.run(3_600_000, () => quick.a.closed !== undefined)
    expect(torrent.mismatches).toBe(2)
    // Time for the slow one to begin its turn alone.
    net.run(2 * REQUEST_TIMEOUT)
    net.join(instance, seedOf(whole), { delay: 10 })
    net.run(SOLE_TURN + REQUEST_TIMEOUT)
    expect(torrent.metadata()?.length).toBe(whole.length)
  })
})

it('gets the metadata among any peers, as long as one is honest', () => {
  const kinds: Record<string, () => ExtensionInstance> = {
    honest: () => seedOf(metadata),
    lying: () => liar(lie),
    short: () => liar(metadataOf(100)),
    huge: () => silent(29 * 1024 * 1024),
    silent: () => silent(metadata.length),
    rejecting: () => rejecting(metadata.length),
  }
  const peer = fc.record({ kind: fc.constantFrom(...Object.keys(kinds)), delay: fc.integer({ min: 0, max: 3000 }) })
  fc.assert(
    fc.property(fc.array(peer, { maxLength: 8 }), fc.nat({ max: 8 }), (peers, position) => {
      const net = network()
      const { torrent, instance } = fetching(metadata)
      const all = peers.toSpliced(position, 0, { kind: 'honest', delay: 50 })
      const joints = all.map(({ kind, delay }) => ({
        kind,
        joint: net.join(instance, kinds[kind]?.() ?? silent(1), { delay }),
      }))
      net.run(3_600_000, () => torrent.metadata() !== undefined)
      expect(torrent.metadata()?.length).toBe(metadata.length)
      for (const { kind, joint } of joints) if (kind === 'honest') expect(joint.a.closed).toBeUndefined()
    }),
    { numRuns: 200 },
  )
})

it('no payload makes a session throw, or keeps it from the metadata', () => {
  const int = fc.oneof(fc.integer({ min: -2, max: 12 }), fc.bigInt(), fc.constant(metadata.length))
  const dict = fc.record({ msg_type: int, piece: int, total_size: int }, { requiredKeys: [] })
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    fc
      .tuple(dict, fc.uint8Array({ maxLength: 50 }))
      .map(([head, tail]) => new Uint8Array([...toolkit.encode(head), ...tail])),
  )
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 20 }), payloads => {
      const net = network()
      const { torrent, instance } = fetching(metadata)
      net.join(
        instance,
        scripted({ size: metadata.length, onHandshake: peer => payloads.forEach(bytes => peer.send(bytes)) }),
      )
      net.join(instance, seedOf(metadata))
      net.run(3_600_000, () => torrent.metadata() !== undefined)
      expect(torrent.metadata()?.length).toBe(metadata.length)
    }),
  )
})

/** Lies until then, and after that gives no data at all. */
function lyingUntil(caught: () => boolean, then: 'silent' | 'reject'): ExtensionInstance {
  return scripted({
    size: lie.length,
    onRequest: (piece, peer) => {
      if (!caught()) peer.send(encodeData(toolkit, piece, lie.length, pieceOf(lie, piece)))
      else if (then === 'reject') peer.send(encodeReject(toolkit, piece))
    },
  })
}
