import { describe, expect, it } from 'vitest'
import { fakeIo } from '../../../src/lib/plugin/testing.ts'
import { udpTracker } from '../src/tracker.ts'
import { answerTo, hosts, kit, request, server, u32, url } from './fixtures.ts'

const SECOND = 1000
const ACTIONS = ['connect', 'announce', 'scrape']

/** What was sent, as BEP 15 writes its examples. */
function timeline(datagrams: readonly { data: Uint8Array; at: number }[]): string[] {
  return datagrams.map(({ data, at }) => `${at / SECOND} ${ACTIONS[u32(data, 8)]}`)
}

describe('retransmission (BEP 15, time outs)', () => {
  it('of a connect request goes on with doubled waits up to 3,840 s', async () => {
    const io = fakeIo({ hosts })
    await expect(udpTracker(kit).announce(url, request, io)).rejects.toMatchObject({
      code: 'TRACKER_UNREACHABLE',
      message: 'cannot reach the tracker udp://tracker.example:6969/announce: no answer from 8.8.8.8',
    })
    const times = [0, 15, 45, 105, 225, 465, 945, 1905, 3825]
    expect(timeline(io.datagrams)).toEqual(times.map(time => `${time} connect`))
    expect(io.now()).toBe((3825 + 3840) * SECOND)
    expect(io.openSockets).toBe(0)
  })

  it('of an announce connects again once the connection id is a minute old', async () => {
    let silent = false
    const io = fakeIo({
      hosts,
      udp: (datagram, reply) => {
        if (silent) return
        silent = u32(datagram.data, 8) === 0
        server()(datagram, reply)
      },
    })
    await expect(udpTracker(kit).announce(url, request, io)).rejects.toMatchObject({ code: 'TRACKER_UNREACHABLE' })
    expect(timeline(io.datagrams).slice(0, 6)).toEqual([
      '0 connect',
      '0 announce',
      '15 announce',
      '45 announce',
      '105 connect',
      '225 connect',
    ])
    expect(io.openSockets).toBe(0)
  })

  it('takes a late answer to an earlier transmission', async () => {
    const io = fakeIo({
      hosts,
      udp: (datagram, reply) => server()(datagram, data => reply(data, { delay: 20 * SECOND })),
    })
    await udpTracker(kit).announce(url, request, io)
    expect(timeline(io.datagrams)).toEqual(['0 connect', '15 connect', '20 announce', '35 announce'])
    expect(io.now()).toBe(40 * SECOND)
  })

  it('ends with the signal', async () => {
    const io = fakeIo({ hosts })
    const reason = new Error('enough')
    const announced = udpTracker(kit).announce(url, request, io)
    const ended = expect(announced).rejects.toBe(reason)
    await io.sleep(50 * SECOND)
    io.abort(reason)
    await ended
    expect(io.openSockets).toBe(0)
  })
})

describe('a name with several addresses', () => {
  const both = { 'tracker.example': ['2001:db8::5', '8.8.8.8'] }

  it('is tried in order, and the one that answers is kept', async () => {
    const io = fakeIo({
      hosts: both,
      udp: (datagram, reply) => {
        if (datagram.family === 4) server()(datagram, reply)
      },
    })
    await udpTracker(kit).announce(url, request, io)
    expect(io.datagrams.map(({ host, at }) => `${host} ${at / SECOND}`)).toEqual([
      '2001:db8::5 0',
      '8.8.8.8 15',
      '8.8.8.8 15',
    ])
    expect(io.openSockets).toBe(0)
  })

  it('loses no time on an address that the system cannot send to', async () => {
    const io = fakeIo({
      hosts: both,
      udp: (datagram, reply) => {
        if (datagram.family === 6) throw new Error('send ENETUNREACH')
        server()(datagram, reply)
      },
    })
    await udpTracker(kit).announce(url, request, io)
    expect(io.now()).toBe(0)
  })
})

describe('a connection id', () => {
  it('serves further requests for one minute', async () => {
    const answer = server(asked => answerTo(asked, 2, Array<number>(((asked.length - 16) / 20) * 12).fill(0)))
    const io = fakeIo({
      hosts,
      udp: (datagram, reply) => {
        const delay = u32(datagram.data, 8) === 0 ? 0 : 12 * SECOND
        answer(datagram, data => reply(data, { delay }))
      },
    })
    const sixPackets = Array.from({ length: 5 * 74 + 1 }, () => request.infoHash)
    await udpTracker(kit).scrape?.(url, sixPackets, io)
    const withFirstId = [0, 12, 24, 36, 48].map(time => `${time} scrape`)
    expect(timeline(io.datagrams)).toEqual(['0 connect', ...withFirstId, '60 connect', '60 scrape'])
  })

  it('and its socket are not kept for the next call', async () => {
    const [first, second] = [fakeIo({ hosts, udp: server() }), fakeIo({ hosts, udp: server() })]
    const tracker = udpTracker(kit)
    for (const io of [first, first, second]) {
      await tracker.announce(url, request, io)
      expect(io.openSockets).toBe(0)
    }
    expect(timeline(first.datagrams)).toEqual(['0 connect', '0 announce', '0 connect', '0 announce'])
    expect(timeline(second.datagrams)).toEqual(['0 connect', '0 announce'])
  })
})
