// BEP 21: who downloads nothing (any more) says so, is not served, and leaves others that say the same.
import { describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../src/lib/wire/connection.ts'
import type { ScriptedPeer } from './support/scripted-peer.ts'
import { World } from './support/world.ts'

/** What the peer has been told by the key of the handshake. */
function told(peer: ScriptedPeer): unknown[] {
  const said = (event: PeerEvent): unknown[] =>
    event.type === 'extendedHandshake' ? [event.handshake.dict.get('upload_only')] : []
  return peer.events.flatMap(said)
}

/** Its own number for the message of that name. */
const UPLOAD_ONLY = 7

describe('upload_only', () => {
  it('is in the extension handshake of a seed, and of nobody who downloads', () => {
    const world = new World(600)
    const peers = [world.seed(), world.node({ have: [1] }), world.node({ have: [1], wanted: [1] })].map(node => {
      const peer = world.scripted(() => undefined, { extended: true })
      peer.dial(node)
      return peer
    })
    world.clock.run(500)
    expect(peers.map(told)).toEqual([[1], [undefined], [1]])
  })

  it('is told once the selection is complete: by message to who takes it, else by another handshake', () => {
    const world = new World(601)
    const leech = world.node({ wanted: [3, 4] })
    const peers = [{}, { m: { upload_only: UPLOAD_ONLY } }].map(hello => {
      const peer = world.scripted(
        (event, { connection }) => {
          if (event.type === 'handshake') connection.extendedHandshake(hello)
        },
        { extended: true },
      )
      peer.dial(leech)
      return peer
    })
    world.clock.run(500)
    leech.know(world.seed())
    world.untilFinished([leech])
    world.clock.run(500)
    const [plain, modern] = peers
    expect(plain === undefined ? [] : told(plain)).toEqual([undefined, 1])
    expect(modern === undefined ? [] : told(modern)).toEqual([undefined])
    const messages = modern?.events.flatMap(event =>
      event.type === 'extended' ? [[event.id, [...event.payload]]] : [],
    )
    expect(messages).toEqual([[UPLOAD_ONLY, [1]]])
  })

  it.each([1, 0])('%i: whether a peer that says so and is interested all the same is unchoked', value => {
    const world = new World(602)
    const leech = world.node({ have: [1, 2] })
    const peer = world.scripted(
      (event, { connection }) => {
        if (event.type !== 'handshake') return
        connection.extendedHandshake({ upload_only: value })
        connection.interested(0)
      },
      { extended: true },
    )
    peer.dial(leech)
    world.clock.run(20_000)
    expect(peer.countOf('unchoke')).toBe(1 - value)
    expect(leech.torrent.peers.size).toBe(1)
  })

  it('ends the connection of two that say it, whenever they do, and neither dials the other again', () => {
    const world = new World(603)
    const seed = world.seed()
    const partial = world.scripted(
      (event, { connection, flush }) => {
        if (event.type === 'handshake') connection.extendedHandshake({ upload_only: 0 })
        if (event.type !== 'extendedHandshake') return
        const id = event.handshake.messages.get('upload_only') ?? 0
        world.clock.after(5000, () => {
          connection.extended(id, Uint8Array.of(1))
          flush()
        })
      },
      { extended: true },
    )
    seed.know(partial)
    world.clock.run(4000)
    expect(seed.torrent.peers.size).toBe(1)
    world.clock.run(2000)
    expect(seed.of('peerDisconnected')).toMatchObject([{ reason: 'both-upload-only' }])
    world.clock.run(200_000)
    expect(seed.count('peerConnected')).toBe(1)
  })

  it('of two partial seeds with different selections ends the connection', () => {
    const world = new World(604)
    const [one, other] = [world.node({ have: [1], wanted: [1] }), world.node({ have: [2], wanted: [2] })]
    one.know(other)
    world.clock.run(100_000)
    expect(one.count('peerConnected')).toBe(1)
    expect([one.torrent.peers.size, other.torrent.peers.size]).toEqual([0, 0])
  })

  it('ignores a message of the wrong length, and a key that is no number', () => {
    const world = new World(605)
    const seed = world.seed()
    const odd = world.scripted(
      (event, { connection }) => {
        if (event.type === 'handshake') connection.extendedHandshake({ upload_only: 'yes' })
        if (event.type !== 'extendedHandshake') return
        const id = event.handshake.messages.get('upload_only') ?? 0
        connection.extended(id, Uint8Array.of())
        connection.extended(id, Uint8Array.of(1, 1))
      },
      { extended: true },
    )
    odd.dial(seed)
    world.clock.run(1000)
    expect(seed.torrent.peers.size).toBe(1)
  })
})
