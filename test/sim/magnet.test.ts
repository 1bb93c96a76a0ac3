// From an info-hash alone, with the extension that ships for it, and with extensions that fail.
import { describe, expect, it } from 'vitest'
import { utMetadata } from '../../plugins/ut-metadata/src/extension.ts'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { ExtensionTorrent, WireExtension } from '../../src/lib/plugin/api.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { message } from '../wire/support.ts'
import { LINK, World } from './support/world.ts'

const EXTENSIONS: readonly WireExtension[] = [utMetadata(toolkit)]

function throwing(where: string): WireExtension {
  const fail = (at: string) => {
    if (at === where) throw new Error(`thrown in ${at}`)
  }
  return {
    name: 'ut_broken',
    open: () => {
      fail('open')
      return {
        connect: peer => {
          fail('connect')
          return {
            handshake: () => {
              fail('handshake')
              return {}
            },
            onHandshake: () => {
              fail('onHandshake')
              peer.send(Uint8Array.of(1))
            },
            onMessage: () => fail('onMessage'),
            get deadline() {
              return 1
            },
            handleTimeout: () => fail('handleTimeout'),
            onClose: () => fail('onClose'),
          }
        },
      }
    },
  }
}

describe('a magnet link', () => {
  it('gets the metadata from peers and then the content', () => {
    const world = new World(400)
    const seed = world.seed({ extensions: EXTENSIONS })
    const leeches = world.leeches(3, { magnet: true, extensions: EXTENSIONS })
    for (const leech of leeches) leech.know(seed, ...leeches.filter(other => other !== leech))
    world.untilFinished(leeches)
    for (const leech of leeches) {
      expect(leech.of('metadata')).toMatchObject([{ info: { name: 'simulated', pieceCount: 16 } }])
    }
  })

  it('remembers what peers said of their pieces before it could know what that means', () => {
    const world = new World(401)
    const [seed, partial] = [world.seed({ extensions: EXTENSIONS }), world.node({ extensions: EXTENSIONS, have: [1] })]
    // Speaks no ut_metadata, so it is no help with that; says what it has in every way there is.
    const early = world.scripted((event, { connection }) => {
      if (event.type !== 'handshake') return
      const has = new Bitfield(16)
      has.set(2)
      connection.bitfield(has)
      connection.have(5)
    })
    const leech = world.node({ magnet: true, extensions: EXTENSIONS })
    leech.know(partial, early)
    world.clock.runUntil('metadata', () => leech.count('metadata') > 0, 10_000)
    world.clock.run(1000)
    const has = [...leech.torrent.peers.values()].find(peer => peer.address.port === early.address.port)?.has
    expect([...(has?.indices() ?? [])]).toEqual([2, 5])
    leech.know(seed)
    world.untilFinished([leech])
  })

  it('drops who said what does not fit the torrent', () => {
    const world = new World(402)
    const long = world.scripted((event, { raw }) => {
      if (event.type === 'handshake') raw(message(5, 0xff, 0xff, 0xff))
    })
    const high = world.scripted((event, { raw }) => {
      if (event.type === 'handshake') raw(message(4, 0, 0, 0, 16))
    })
    const leech = world.node({ magnet: true, extensions: EXTENSIONS })
    leech.know(long, high)
    world.clock.run(1000)
    expect(leech.torrent.peers.size).toBe(2)
    leech.know(world.seed({ extensions: EXTENSIONS }))
    world.untilFinished([leech])
    expect(leech.of('peerDisconnected').filter(({ reason }) => reason === 'bad-bitfield')).toHaveLength(2)
  })

  it('takes a bitfield that is corrected before the metadata is there', () => {
    const world = new World(403)
    const unsure = world.scripted((event, { connection, raw }) => {
      if (event.type !== 'handshake') return
      connection.have(9)
      raw(message(5, 0x80, 0x00))
    })
    const leech = world.node({ magnet: true, extensions: EXTENSIONS })
    leech.know(unsure)
    world.clock.run(1000)
    leech.know(world.node({ have: [3], extensions: EXTENSIONS }))
    world.clock.run(2000)
    const peer = [...leech.torrent.peers.values()].find(({ address }) => address.port === unsure.address.port)
    expect([...(peer?.has?.indices() ?? [])].length).toBeGreaterThan(0)
  })

  it('ends where the metadata has the right hash and is no usable torrent', () => {
    const world = new World(404)
    const leech = world.node({ magnet: true })
    expect(leech.torrent.offerMetadata(Uint8Array.of(1, 2, 3), 0)).toBe(false)
    expect(leech.torrent.takeActions()).toEqual([])
    expect(leech.torrent.offerMetadata(world.content.info.raw, 0)).toBe(true)
    expect(leech.torrent.offerMetadata(world.content.info.raw, 0)).toBe(true)
    expect(leech.torrent.takeActions()).toMatchObject([{ type: 'alert', alert: { type: 'metadata' } }])
  })
})

describe('an extension that throws', () => {
  it.each(['open', 'connect', 'handshake', 'onHandshake', 'onMessage', 'handleTimeout', 'onClose'])(
    'in %s is left out with a warning, and nothing else suffers',
    where => {
      const world = new World(410)
      const seed = world.seed({ extensions: [...EXTENSIONS, throwing('nowhere')] })
      const leech = world.node({ magnet: true, extensions: [throwing(where), ...EXTENSIONS] })
      leech.know(seed)
      world.untilFinished([leech])
      world.clock.run(1000)
      expect(leech.of('warning')).toHaveLength(1)
      expect(leech.of('warning')[0]?.message).toContain(
        `ut_broken failed and is left out where it did: thrown in ${where}`,
      )
    },
  )
})

describe('an extension', () => {
  it('may name peers, drop the one it speaks with, and ban it', () => {
    const world = new World(420)
    let torrent: ExtensionTorrent | undefined
    let closed = 0
    const strict: WireExtension = {
      name: 'ut_strict',
      open: opened => {
        torrent = opened
        return {
          connect: peer => ({
            onHandshake: () => {
              peer.close('not to our liking', { ban: true })
              // Gone: nothing reaches it any more.
              peer.send(Uint8Array.of(1))
            },
            onMessage: () => undefined,
            onClose: () => {
              closed++
            },
          }),
        }
      },
    }
    const leech = world.node({ extensions: [strict] })
    const seed = world.seed({ extensions: EXTENSIONS })
    leech.know(seed)
    world.clock.run(1000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'extension', detail: 'not to our liking' }])
    expect(leech.of('peerBanned')).toMatchObject([{ address: seed.address }])
    expect(closed).toBe(1)
    const other = world.seed()
    torrent?.addPeers([other.address])
    expect(leech.torrent.snapshot(0).knownPeers).toBe(1)
    expect(torrent?.metadata()).toEqual(world.content.info.raw)
  })

  it('that drops a peer hears nothing of what that peer said in the same breath, nor does anyone', () => {
    const world = new World(422, { pieces: 4 })
    const strict: WireExtension = {
      name: 'ut_strict',
      open: () => ({
        connect: peer => ({ onHandshake: () => peer.close('not to our liking'), onMessage: () => undefined }),
      }),
    }
    const hasty = world.scripted(
      (event, { connection }) => {
        if (event.type !== 'handshake') return
        connection.extendedHandshake({ m: {} })
        connection.bitfield(Bitfield.full(4))
        connection.unchoke(0)
      },
      { extended: true, link: { ...LINK, up: 1e9 } },
    )
    for (let attempt = 0; attempt < 10; attempt++) {
      const leech = world.node({ extensions: [strict] })
      leech.know(hasty)
      world.clock.run(1000)
      expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'extension' }])
      expect([hasty.countOf('interested'), hasty.countOf('request')]).toEqual([0, 0])
    }
  })

  it('names no peers of a private torrent', () => {
    const world = new World(421, { private: true })
    let torrent: ExtensionTorrent | undefined
    const leech = world.node({
      extensions: [
        {
          name: 'ut_gossip',
          open: opened => {
            torrent = opened
            return { connect: () => ({ onHandshake: () => undefined, onMessage: () => undefined }) }
          },
        },
      ],
    })
    torrent?.addPeers([{ host: '52.1.1.1', port: 1 }])
    expect(leech.torrent.snapshot(0).knownPeers).toBe(0)
  })
})
