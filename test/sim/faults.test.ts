// Swarms in which somebody fails, lies or leaves.
import { describe, expect, it } from 'vitest'
import { seedThat, sendTrue } from './support/scripted-peer.ts'
import { LINK, World } from './support/world.ts'

const PIECES = 16

function sendFalse(...[block, session]: Parameters<typeof sendTrue>): void {
  const data = session.bytesOf(block)
  data[0] = (data[0] ?? 0) ^ 1
  session.connection.sendBlock(block, data)
}

describe('a peer that is lost', () => {
  it('is replaced in the middle of a download', () => {
    const world = new World(20)
    const [first, second, leech] = [world.seed(), world.seed(), world.node({ maxConnections: 1 })]
    leech.know(first, second)
    world.clock.run(500)
    expect(leech.torrent.peers.size).toBe(1)
    const [connected] = leech.torrent.peers.values()
    ;[first, second].find(seed => seed.address.port === connected?.address.port)?.vanish()
    world.untilFinished([leech], 60_000)
    expect(leech.count('peerConnected')).toBe(2)
  })

  it('is dialled again after a while', () => {
    const world = new World(21)
    const [seed, leech] = [world.seed(), world.node()]
    leech.know(seed)
    world.clock.run(500)
    leech.loseWireTo(seed.address)
    expect(leech.count('needPeers')).toBe(2) // before anyone was known, and now
    world.untilFinished([leech], 60_000)
    expect(world.clock.now).toBeGreaterThan(30_000)
  })

  it('comes back with the network after 30 s, and the download goes on by itself', () => {
    const world = new World(27)
    const [seed, leech] = [world.seed(), world.node()]
    leech.know(seed)
    world.clock.run(500)
    const before = leech.torrent.stats.download.total
    expect(before).toBeGreaterThan(0)
    seed.unplug()
    world.clock.run(30_000)
    expect(leech.torrent.snapshot(world.clock.now).peers).toBe(0)
    seed.plugIn()
    world.untilFinished([leech], 90_000)
    // What was stored or under way when it was lost is all that may have come twice.
    expect(seed.torrent.stats.upload.total).toBeLessThan(world.content.bytes.length + 2 * before + 65_536)
  })

  it('is missed once, however often others are named that are no use', () => {
    const world = new World(22)
    const leech = world.node()
    expect(leech.count('needPeers')).toBe(1)
    leech.know()
    leech.know({ address: { host: '0.0.0.0', port: 1 } })
    expect(leech.count('needPeers')).toBe(1)
    leech.know({ address: { host: '52.9.9.9', port: 9 } })
    world.clock.run(1000)
    expect(leech.of('peerDisconnected')).toMatchObject([{ reason: 'unreachable', detail: 'connection refused' }])
    expect(leech.count('needPeers')).toBe(2)
    // Tried three times in all, and asked for others each time that it failed.
    world.clock.run(600_000)
    expect(leech.count('peerDisconnected')).toBe(3)
    expect(leech.count('needPeers')).toBe(4)
    expect(leech.torrent.deadline).toBe(Infinity)
  })

  it('loses nothing when everyone is dropped at once', () => {
    const world = new World(23)
    const [seed, leech] = [world.seed(), world.node()]
    leech.know(seed, ...world.leeches(3))
    world.clock.run(700)
    leech.shutdown()
    expect(leech.torrent.peers.size).toBe(0)
    expect(leech.torrent.deadline).toBe(Infinity)
    const before = leech.count('needPeers')
    world.clock.run(300_000)
    expect(leech.torrent.peers.size).toBe(0)
    expect(leech.count('needPeers')).toBe(before)
    // Nobody is taken in either.
    const other = world.node()
    other.know(leech)
    world.clock.run(1000)
    expect(other.count('peerConnected')).toBe(0)
  })
})

describe('a peer that sends wrong bytes', () => {
  it('is banned for a piece that is all its own, and the download completes', () => {
    for (let seed = 30; seed < 36; seed++) {
      const world = new World(seed)
      const poisoner = world.scripted(seedThat(sendFalse, PIECES))
      const leech = world.node()
      leech.know(poisoner)
      world.clock.run(300)
      leech.know(world.seed(), world.seed())
      world.untilFinished([leech])
      expect(leech.count('pieceRejected')).toBeGreaterThan(0)
      expect(leech.of('peerBanned')).toMatchObject([{ address: poisoner.address }])
      world.clock.run(100_000)
      expect(poisoner.sessions).toBe(1)
    }
  })

  it('is found out among others that send right ones, and no other is banned', () => {
    for (let seed = 40; seed < 48; seed++) {
      const world = new World(seed, { pieceLength: 16_384 * 16, pieces: 4 })
      const poisoner = world.scripted(seedThat(sendFalse, 4))
      const leech = world.node()
      leech.know(world.seed(), poisoner, world.seed(), world.seed())
      world.untilFinished([leech])
      const guilty = leech.count('pieceRejected') > 0 ? [poisoner.address] : []
      expect(leech.of('peerBanned').map(({ address }) => address)).toEqual(guilty)
    }
  })

  it('is found out among fifty, though it sends a single one now and then', () => {
    const PIECES = 24
    let rejected = 0
    for (let seed = 60; seed < 63; seed++) {
      const world = new World(seed, { pieceLength: 16_384 * 16, pieces: PIECES })
      let sent = 0
      const poisoner = world.scripted(
        seedThat((block, session) => (++sent % 5 === 0 ? sendFalse(block, session) : sendTrue(block, session)), PIECES),
      )
      const leech = world.node({ link: { ...LINK, down: 50 * LINK.down } })
      const link = { ...LINK, up: 100_000 }
      leech.know(poisoner, ...Array.from({ length: 49 }, () => world.seed({ link })))
      world.untilFinished([leech], 30_000)
      expect(leech.of('peerBanned').map(({ address }) => address)).toEqual([poisoner.address])
      expect(leech.of('peerDisconnected').filter(({ reason }) => reason === 'bad-piece')).toHaveLength(1)
      rejected += leech.count('pieceRejected')
    }
    expect(rejected).toBeLessThan(3 * 12)
  })

  it('is found out where every piece has a block of it, and the one other seed is not', () => {
    const world = new World(64, { pieceLength: 16_384 * 16, pieces: 8 })
    const poisoner = world.scripted(seedThat(sendFalse, 8))
    const leech = world.node()
    const honest = world.seed()
    leech.know(poisoner, honest)
    world.untilFinished([leech], 60_000)
    expect(leech.of('peerBanned').map(({ address }) => address)).toEqual([poisoner.address])
  })

  it('is found out beside another, though a second copy is wrong too', () => {
    const world = new World(65, { pieceLength: 16_384 * 16, pieces: 8 })
    const poisoners = [0, 1, 2].map(() => world.scripted(seedThat(sendFalse, 8)))
    const leech = world.node()
    leech.know(...poisoners, world.seed(), world.seed())
    world.untilFinished([leech], 60_000)
    const ports = leech.of('peerBanned').map(({ address }) => address.port)
    expect(new Set(ports)).toEqual(new Set(poisoners.map(({ address }) => address.port)))
  })

  it('is banned though it left before its piece was checked', () => {
    const world = new World(46)
    let sent = 0
    const runner = world.scripted(
      seedThat((block, session) => {
        sendFalse(block, session)
        if (++sent === 4) session.end() // a whole piece
      }, PIECES),
      { link: { ...LINK, up: 10 * LINK.up } },
    )
    const leech = world.node()
    leech.know(runner)
    world.clock.run(1000)
    expect(leech.of('pieceRejected')).toMatchObject([{ from: [runner.address] }])
    expect(leech.of('peerBanned')).toMatchObject([{ address: runner.address }])
    leech.know(world.seed())
    world.untilFinished([leech])
    expect(runner.sessions).toBe(1)
  })

  it('is banned alone where it left, and another sent the rest of the piece', () => {
    const world = new World(47, { pieces: 1 })
    let sent = 0
    const runner = world.scripted(
      seedThat((block, session) => {
        if (sent++ > 0) return
        sendFalse(block, session)
        session.end()
      }, 1),
    )
    const leech = world.node()
    leech.know(runner)
    world.clock.run(1000)
    const honest = world.seed()
    leech.know(honest)
    world.untilFinished([leech])
    expect(leech.of('pieceRejected')[0]?.from).toHaveLength(2)
    expect(leech.of('peerBanned')).toMatchObject([{ address: runner.address }])
    expect(honest.torrent.stats.upload.total).toBeGreaterThan(world.content.bytes.length)
  })

  it('is refused when it comes itself after it was banned', () => {
    const world = new World(48)
    const poisoner = world.scripted(seedThat(sendFalse, PIECES))
    const leech = world.node()
    leech.know(poisoner)
    world.clock.run(3000)
    expect(leech.count('peerBanned')).toBe(1)
    poisoner.dial(leech)
    world.clock.run(1000)
    expect(leech.torrent.peers.size).toBe(0)
  })
})

describe('a peer that does not deliver', () => {
  it('is snubbed after a minute, and its blocks come from others', () => {
    const world = new World(50)
    const silent = world.scripted(seedThat(() => undefined, PIECES))
    const leech = world.node()
    leech.know(silent)
    world.clock.run(2000)
    const [peer] = leech.torrent.peers.values()
    expect(peer?.outstanding).toBeGreaterThan(1)
    world.clock.run(57_000)
    expect(peer?.snubbed).toBe(false)
    world.clock.run(2000)
    expect(peer?.snubbed).toBe(true)
    expect(silent.countOf('cancel')).toBeGreaterThan(0)
    // One request to see whether it has come round, and no more.
    expect(peer?.outstanding).toBe(1)
    leech.know(world.seed())
    world.untilFinished([leech], 20_000)
  })

  it('holds up nobody while others have the blocks', () => {
    const world = new World(51)
    const silent = world.scripted(seedThat(() => undefined, PIECES))
    const leech = world.node()
    leech.know(silent)
    world.clock.run(1000)
    leech.know(world.seed())
    // In endgame the blocks that it sits on are asked for elsewhere, long before it counts as snubbing.
    world.untilFinished([leech], 20_000)
  })

  it('is replaced after three minutes', () => {
    const world = new World(52)
    const keepAlive = new Uint8Array(4)
    const silent = world.scripted(seedThat((_block, session) => session.raw(keepAlive), PIECES))
    const leech = world.node()
    leech.know(silent)
    world.clock.run(185_000)
    expect(leech.of('peerDisconnected')[0]).toMatchObject({ reason: 'request-timeout' })
  })

  it('is in favour again with its next block', () => {
    const world = new World(53)
    let asked = 0
    const moody = world.scripted(
      seedThat((block, session) => {
        if (++asked > 4) sendTrue(block, session) // not the first four, which time out
      }, PIECES),
    )
    const leech = world.node()
    leech.know(moody)
    world.untilFinished([leech], 80_000)
    expect(world.clock.now).toBeGreaterThan(60_000)
    expect([...leech.torrent.peers.values()].some(peer => peer.snubbed)).toBe(false)
  })

  it('may choke and send late what was asked for before: that counts as waste', () => {
    const world = new World(54)
    let held: Parameters<typeof sendTrue> | undefined
    const fickle = world.scripted(
      seedThat((block, session) => {
        if (held !== undefined) return sendTrue(block, session)
        held = [block, session]
        session.connection.choke(0)
        sendTrue(block, session)
        session.connection.unchoke(0)
      }, PIECES),
    )
    const leech = world.node()
    leech.know(fickle)
    world.untilFinished([leech])
    expect(leech.torrent.stats.wasted).toBeGreaterThanOrEqual(16_384)
    expect(leech.torrent.stats.download.total).toBe(world.content.bytes.length)
  })
})
