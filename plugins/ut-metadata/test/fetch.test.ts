import { describe, expect, it } from 'vitest'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { encodeData, encodeReject, encodeRequest } from '../src/message.ts'
import { DOUBT, MAX_OUTSTANDING, QUIET_AFTER_TIMEOUT, REJECT_MEMORY, REQUEST_TIMEOUT } from '../src/source.ts'
import {
  decoded,
  fetching,
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

describe('fetching from one peer', () => {
  it.each([1, 77, PIECE - 1, PIECE, PIECE + 1, 300 * PIECE])('gets metadata of %i bytes', size => {
    const whole = metadataOf(size)
    const net = network()
    const { torrent, instance } = fetching(whole)
    net.join(instance, seedOf(whole), { delay: 10 })
    net.run(60_000, () => torrent.metadata() !== undefined)
    expect(torrent.metadata()?.length).toBe(whole.length)
    expect(net.now).toBeLessThan(REQUEST_TIMEOUT)
  })

  it('asks as soon as the handshakes are there, for each piece once, and little at a time', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joint = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(10)
    expect(requested(joint.a.sent)).toEqual([0, 1, 2, 3].slice(0, MAX_OUTSTANDING))
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
    expect(requested(joint.a.sent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(joint.a.session.deadline).toBe(Infinity)
  })

  it('does not ask for what the host knows already', () => {
    const net = network()
    const joint = net.join(seedOf(metadata), seedOf(metadata))
    net.run(60_000)
    expect(joint.a.sent).toEqual([])
  })

  it('stops asking once the host knows the metadata by other ways', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joint = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(10)
    torrent.offerMetadata(metadata)
    net.run(60_000)
    expect(requested(joint.a.sent)).toHaveLength(MAX_OUTSTANDING)
    expect(joint.a.session.deadline).toBe(Infinity)
  })

  it('serves others what it fetched', () => {
    const net = network()
    const relay = fetching(metadata)
    net.join(relay.instance, seedOf(metadata))
    net.run(1000)
    const late = fetching(metadata)
    net.join(late.instance, relay.instance)
    net.run(1000)
    expect(late.torrent.metadata()?.length).toBe(metadata.length)
  })

  it.each([0, -1, 30 * 1024 * 1024 + 1, 2n ** 60n, 'many', undefined])('can not use a size of %s', size => {
    const net = network()
    const joint = net.join(fetching(metadata).instance, scripted({ size }))
    net.run(60_000)
    expect(joint.a.sent).toEqual([])
    expect(joint.a.closed).toBeUndefined()
  })

  it('does not ask a peer that does not speak the extension', () => {
    const net = network()
    const deaf = {
      connect: () => ({ handshake: () => ({ m: {}, metadata_size: 5 }), onHandshake() {}, onMessage() {} }),
    }
    const joint = net.join(fetching(metadata).instance, deaf)
    net.run(60_000)
    expect(joint.a.sent).toEqual([])
  })
})

describe('fetching from several peers', () => {
  it('asks all of them at once, each for other pieces', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joints = [1, 2, 3].map(() => net.join(instance, seedOf(metadata), { delay: 10 }))
    net.run(10)
    expect(joints.map(({ a }) => requested(a.sent))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ])
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('asks elsewhere for what a peer rejects, and that peer again only when its reject has aged', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const no = net.join(instance, rejecting(metadata.length), { delay: 10 })
    net.run(REJECT_MEMORY - 1)
    expect(requested(no.a.sent)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    net.run(1000)
    expect(requested(no.a.sent)).toHaveLength(20)
    net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('asks elsewhere when a request times out, and leaves the silent peer in peace for a while', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const mute = net.join(instance, silent(metadata.length))
    net.run(REQUEST_TIMEOUT + QUIET_AFTER_TIMEOUT - 1)
    expect(requested(mute.a.sent)).toHaveLength(MAX_OUTSTANDING)
    net.join(instance, seedOf(metadata))
    net.run(0)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('takes an answer that comes late, and asks on at once', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const slow = { delay: REQUEST_TIMEOUT / 2 + 1 }
    const roundTrips = Math.ceil(10 / MAX_OUTSTANDING)
    net.join(instance, seedOf(metadata), slow)
    net.run(slow.delay + roundTrips * 2 * slow.delay)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('does not wait for a slow peer to give the last piece', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    net.join(instance, silent(metadata.length))
    net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('goes on with others when a peer is lost, and waits where there are none', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const first = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(40)
    first.cut()
    net.run(60_000)
    expect(torrent.metadata()).toBeUndefined()
    const second = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
    expect(requested(second.a.sent).length).toBeLessThan(10)
  })

  it('gets through where half of all messages are lost', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    let random = 1
    const fate = () => {
      random = (random * 48_271) % 2_147_483_647
      return random % 2 === 0 ? 'lost' : 'arrives'
    }
    for (let peer = 0; peer < 3; peer++) net.join(instance, seedOf(metadata), { delay: 10, fate })
    net.run(3_600_000, () => torrent.metadata() !== undefined)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })
})

describe('what a peer sends wrong', () => {
  const size = metadata.length
  const answers = (answer: (piece: number) => Uint8Array) =>
    scripted({ size, onRequest: (piece, peer) => peer.send(answer(piece)) })

  it.each([
    ['a piece that is too short', (piece: number) => encodeData(toolkit, piece, size, new Uint8Array(5))],
    ['a piece that is too long', (piece: number) => encodeData(toolkit, piece, size, new Uint8Array(PIECE + 1))],
    ['another total size', (piece: number) => encodeData(toolkit, piece, size + 1, pieceOf(metadata, piece))],
    ['no dictionary', () => new Uint8Array([0x69, 0x30, 0x65])],
  ])('drops a peer that sends %s', (_, answer) => {
    const net = network()
    const joint = net.join(fetching(metadata).instance, answers(answer))
    net.run(1000)
    expect(joint.a.closed).toMatchObject({ ban: false })
  })

  it('takes a piece without a total size', () => {
    const net = network()
    const small = metadataOf(10)
    const { torrent, instance } = fetching(small)
    const bare = (piece: number) => Uint8Array.from([...toolkit.encode({ msg_type: 1, piece }), ...small])
    net.join(instance, scripted({ size: 10, onRequest: (piece, peer) => peer.send(bare(piece)) }))
    net.run(0)
    expect(torrent.metadata()?.length).toBe(small.length)
  })

  it('ignores data and rejects that were not asked for, and unknown messages', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const pushy = scripted({
      size,
      onHandshake: peer => {
        peer.send(encodeData(toolkit, 9, size, new Uint8Array(77)))
        peer.send(encodeData(toolkit, 4000, size, new Uint8Array(PIECE)))
        peer.send(encodeReject(toolkit, 9))
        peer.send(toolkit.encode({ msg_type: 3, piece: 0 }))
      },
      onRequest: (piece, peer) => peer.send(encodeData(toolkit, piece, size, pieceOf(metadata, piece))),
    })
    const joint = net.join(instance, pushy)
    net.run(1000)
    expect(joint.a.closed).toBeUndefined()
    expect(torrent.mismatches).toBe(0)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })
})

describe('what peers say of the size', () => {
  const large = metadataOf(5 * 1024 * 1024)

  it('doubts a large one for a while, then tries it', () => {
    const net = network()
    const { torrent, instance } = fetching(large)
    const joint = net.join(instance, seedOf(large))
    net.run(DOUBT - 1)
    expect(joint.a.sent).toEqual([])
    net.run(10_000)
    expect(torrent.metadata()?.length).toBe(large.length)
  })

  it('believes a large one at once when two name it', () => {
    const net = network()
    const { torrent, instance } = fetching(large)
    net.join(instance, seedOf(large))
    net.join(instance, seedOf(large))
    net.run(DOUBT - 1)
    expect(torrent.metadata()?.length).toBe(large.length)
  })

  it('tries another size when nobody answers for the first', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    net.join(instance, silent(5))
    net.join(instance, silent(5))
    net.join(instance, seedOf(metadata))
    net.run(REQUEST_TIMEOUT)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('uses a size that comes in a later handshake', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joint = net.join(
      instance,
      scripted({
        size: undefined,
        onRequest: (piece, peer) => peer.send(encodeData(toolkit, piece, metadata.length, pieceOf(metadata, piece))),
      }),
    )
    net.run(10)
    joint.a.session.onHandshake(new Map([['metadata_size', metadata.length]]), true, net.now)
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })

  it('does not let a peer change its mind', () => {
    const net = network()
    const { torrent, instance } = fetching(metadata)
    const joint = net.join(instance, seedOf(metadata), { delay: 10 })
    net.run(10)
    joint.a.session.onHandshake(new Map([['metadata_size', 5]]), true, net.now)
    joint.a.session.onHandshake(new Map(), true, net.now)
    net.run(1000)
    expect(torrent.metadata()?.length).toBe(metadata.length)
  })
})

it('tries again later where a request could not be sent', () => {
  let attempts = 0
  const unreachable = { address: { host: '127.0.0.1', port: 1 }, send: () => ++attempts < 0, close: () => {} }
  const session = fetching(metadata).instance.connect(unreachable)
  session.onHandshake(new Map([['metadata_size', metadata.length]]), true, 0)
  expect(attempts).toBe(1)
  expect(session.deadline).toBe(QUIET_AFTER_TIMEOUT)
  session.handleTimeout?.(QUIET_AFTER_TIMEOUT)
  expect(attempts).toBe(2)
})

it('stops asking a peer that speaks the extension no longer', () => {
  const net = network()
  const joint = net.join(fetching(metadata).instance, seedOf(metadata), { delay: 10 })
  net.run(10)
  joint.a.session.onHandshake(new Map(), false, net.now)
  net.run(1000)
  expect(requested(joint.a.sent)).toHaveLength(MAX_OUTSTANDING)
  expect(joint.a.session.deadline).toBe(Infinity)
})

it('answers a request while it fetches itself', () => {
  const net = network()
  const { instance } = fetching(metadata)
  const curious = scripted({ size: metadata.length, onHandshake: peer => peer.send(encodeRequest(toolkit, 0)) })
  const joint = net.join(instance, curious)
  net.run(0)
  expect(decoded(joint.a.sent)).toContainEqual({ type: 'reject', piece: 0 })
})
