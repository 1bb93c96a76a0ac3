import { describe, expect, it } from 'vitest'
import { type FakeIo, fakeIo, type FakeIoOptions } from '../../../src/lib/plugin/testing.ts'
import hook from '../src/index.ts'
import { udpTracker } from '../src/tracker.ts'
import { announceAnswer, answerTo, CONNECTION_ID, hosts, infoHash, kit, request, server, u32, url } from './fixtures.ts'

const world = (udp: NonNullable<FakeIoOptions['udp']>): FakeIo => fakeIo({ hosts, udp })
const announce = async (io: FakeIo, to = url): ReturnType<ReturnType<typeof udpTracker>['announce']> =>
  udpTracker(kit).announce(to, request, io)
const fails = (code: string, message: RegExp): object =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('an announce', () => {
  it('connects first, then sends the packet of BEP 15', async () => {
    const io = world(server())
    await announce(io)
    const [connect, packet] = io.datagrams.map(datagram => datagram.data)
    expect(kit.hex(connect ?? new Uint8Array()).slice(0, 24)).toBe('000004172710198000000000')
    expect(connect).toHaveLength(16)
    const text = kit.hex(packet ?? new Uint8Array())
    const transaction = text.slice(24, 32)
    expect(text).toBe(
      [
        kit.hex(CONNECTION_ID),
        '00000001', // announce
        transaction,
        kit.hex(infoHash),
        kit.hex(request.peerId),
        '0000010000000000', // downloaded
        '0000000200000001', // left
        '0000000000000003', // uploaded
        '00000002', // started
        '00000000', // our address
        'deadbeef', // key
        '00000032', // numwant
        '1ae1', // port
        '0209', // BEP 41: URL data of 9 bytes
        kit.hex(new TextEncoder().encode('/announce')),
      ].join(''),
    )
    expect(io.datagrams).toMatchObject([
      { host: '8.8.8.8', port: 6969 },
      { host: '8.8.8.8', port: 6969 },
    ])
  })

  it.each([
    [undefined, 0],
    ['completed', 1],
    ['started', 2],
    ['stopped', 3],
  ] as const)('tells the event %s as %i', async (event, number) => {
    const io = world(server())
    const { event: _, ...rest } = request
    await udpTracker(kit).announce(url, event === undefined ? rest : { ...rest, event }, io)
    expect(u32(io.datagrams[1]?.data ?? new Uint8Array(84), 80)).toBe(number)
  })

  it('reads the answer, and looks past a cut-off peer', async () => {
    const io = world(server(asked => answerTo(asked, 1, announceAnswer(1, 2, 3, 4, 0x1a, 0xe1, 5, 6, 7, 8, 0, 0, 9))))
    expect(await announce(io)).toEqual({
      interval: 1800,
      incomplete: 2,
      complete: 3,
      peers: [{ host: '1.2.3.4', port: 6881 }],
    })
  })

  it('has peers of 18 bytes over IPv6', async () => {
    const peer = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x1a, 0xe1]
    const io = world(server(asked => answerTo(asked, 1, announceAnswer(...peer))))
    const { peers } = await announce(io, new URL('udp://[2001:db8::5]:1'))
    expect(peers).toEqual([{ host: '2001:db8::1', port: 6881 }])
    expect(io.datagrams[0]).toMatchObject({ family: 6, host: '2001:db8::5' })
  })
})

describe('what does not come from the tracker', () => {
  it('is ignored: other hosts, other ports, other transactions, scraps', async () => {
    const io = world((datagram, reply) => {
      const asked = datagram.data
      const poison = u32(asked, 8) === 0 ? answerTo(asked, 0, Array<number>(8).fill(66)) : answerTo(asked, 3, [66])
      reply(poison, { host: '6.6.6.6' })
      reply(poison, { port: 6970 })
      const stale = poison.slice()
      stale[4] = (stale[4] ?? 0) ^ 1
      reply(stale)
      reply(poison.subarray(0, 7))
      server()(datagram, reply)
    })
    await expect(announce(io)).resolves.toMatchObject({ interval: 1800 })
    expect(io.datagrams[1]?.data.subarray(0, 8)).toEqual(CONNECTION_ID)
    expect(io.now()).toBe(0)
  })
})

describe('a tracker that fails', () => {
  it('refuses in its own words, made harmless', async () => {
    const words = [...new TextEncoder().encode('not\u001B[1m authorized\0')]
    const io = world(server(asked => answerTo(asked, 3, words)))
    await expect(announce(io)).rejects.toEqual(
      fails('TRACKER_REFUSED', /^the tracker udp:\/\/tracker\.example:6969\/announce refused: not \[1m authorized$/),
    )
    expect(io.openSockets).toBe(0)
  })

  it('refuses without a word, as opentracker does', async () => {
    const io = world(server(asked => answerTo(asked, 1, [])))
    await expect(announce(io)).rejects.toEqual(fails('TRACKER_REFUSED', /may not serve it$/))
  })

  it('refuses a connection', async () => {
    const io = world(({ data }, reply) => reply(answerTo(data, 3, [65])))
    await expect(announce(io)).rejects.toEqual(fails('TRACKER_REFUSED', /refused: A$/))
    expect(io.openSockets).toBe(0)
  })

  it.each<[string, (asked: Uint8Array) => Uint8Array]>([
    ['a short announce', asked => answerTo(asked, 1, announceAnswer().slice(1))],
    ['another action', asked => answerTo(asked, 2, announceAnswer())],
    ['a connect in answer to an announce', asked => answerTo(asked, 0, [...CONNECTION_ID])],
  ])('makes no sense: %s', async (_, answer) => {
    const io = world(server(answer))
    await expect(announce(io)).rejects.toEqual(fails('TRACKER_INVALID_ANSWER', /makes no sense/))
    expect(io.openSockets).toBe(0)
  })

  it('makes no sense: a short connect', async () => {
    const io = world(({ data }, reply) => reply(answerTo(data, 0, [1, 2, 3])))
    await expect(announce(io)).rejects.toEqual(fails('TRACKER_INVALID_ANSWER', /connect answer of 11 bytes/))
  })

  it.each([
    ['udp://tracker.example/announce', /no port/],
    ['udp://nowhere.example:1', /host name cannot be resolved/],
  ])('cannot be asked: %s', async (to, message) => {
    await expect(announce(world(server()), new URL(to))).rejects.toEqual(fails('TRACKER_UNREACHABLE', message))
  })

  it('is out of reach where the system cannot send', async () => {
    const io = world(() => {
      throw new Error('send ENETUNREACH')
    })
    await expect(announce(io)).rejects.toEqual(
      fails('TRACKER_UNREACHABLE', /^cannot reach the tracker udp:.*: send ENETUNREACH$/),
    )
    expect(io.openSockets).toBe(0)
  })
})

it('is what the hook returns', async () => {
  // Nothing of oclif's context is used, only the kit.
  const load: (this: never, options: never) => Promise<unknown> = hook
  const plugin = await load.call({} as never, { kit } as never)
  expect(plugin).toMatchObject({ api: 1, trackers: [{ schemes: ['udp:'] }] })
})
