import { fakeIo } from '../../../src/lib/plugin/testing.ts'
import { describe, expect, it } from 'vitest'
import { udpTracker } from '../src/tracker.ts'
import { announceAnswer, answerTo, hosts, infoHash, kit, request, server, url } from './fixtures.ts'

const tracker = udpTracker(kit)
const HASH = kit.hex(infoHash)

describe('asked once', () => {
  it('sends nothing again, and waits until the signal ends it', async () => {
    const io = fakeIo({ hosts, once: true })
    const asked = tracker.announce(url, request, io)
    const stop = io.sleep(300_000).then(() => io.abort(new Error('time is up')))
    await expect(asked).rejects.toThrow('time is up')
    await stop
    expect(io.datagrams).toHaveLength(1)
  })

  it('sends an announce that gets no answer no second time', async () => {
    const io = fakeIo({ hosts, once: true, udp: server(() => undefined) })
    await expect(tracker.announce(url, request, io)).rejects.toMatchObject({ code: 'TRACKER_UNREACHABLE' })
    expect(io.datagrams.map(({ data }) => data.length)).toEqual([16, 98 + 2 + '/announce'.length])
  })

  it('asks the first of several addresses', async () => {
    const io = fakeIo({ hosts: { 'tracker.example': ['8.8.8.8', '9.9.9.9'] }, once: true })
    await expect(tracker.announce(url, request, io)).rejects.toThrow(/no answer from 8\.8\.8\.8$/)
    expect(io.datagrams.map(({ host }) => host)).toEqual(['8.8.8.8'])
  })
})

describe('what it traces', () => {
  it('is each packet with its fields, by the names of BEP 15', async () => {
    const io = fakeIo({ hosts, udp: server(asked => answerTo(asked, 1, announceAnswer(1, 2, 3, 4, 0, 80))) })
    await tracker.announce(new URL('udp://tracker.example:6969/announce?key=1'), request, io)
    expect(io.steps.map(({ direction, what, peer }) => [direction, what, peer])).toEqual([
      ['sent', 'connect', '8.8.8.8:6969'],
      ['received', 'connect', '8.8.8.8:6969'],
      ['sent', 'announce', '8.8.8.8:6969'],
      ['received', 'announce', '8.8.8.8:6969'],
    ])
    expect(io.steps[0]?.fields).toMatchObject({ protocol_id: '0000041727101980', action: 0 })
    expect(io.steps[1]?.fields).toMatchObject({ action: 0, connection_id: '0908070605040302' })
    expect(io.steps[2]?.fields).toEqual({
      connection_id: '0908070605040302',
      action: 1,
      transaction_id: io.steps[3]?.fields['transaction_id'],
      info_hash: HASH,
      peer_id: kit.hex(request.peerId),
      downloaded: String(2 ** 40),
      left: String(2 ** 33 + 1),
      uploaded: '3',
      event: '2 (started)',
      ip: '0.0.0.0',
      key: 'deadbeef',
      num_want: 50,
      port: 6881,
      url_data: '/announce?key=1',
    })
    expect(io.steps[3]?.fields).toMatchObject({ interval: 1800, leechers: 2, seeders: 3, peers: 1 })
    expect(io.steps[2]?.bytes).toEqual(io.datagrams[1]?.data)
  })

  it('is the words of a refusal, a scrape, and what is no answer at all', async () => {
    const refusing = fakeIo({ hosts, udp: server(asked => answerTo(asked, 3, [...new TextEncoder().encode('no')])) })
    await expect(tracker.announce(url, request, refusing)).rejects.toMatchObject({ details: { reason: 'no' } })
    expect(refusing.steps.at(-1)).toMatchObject({ what: 'error', fields: { message: 'no' } })
    const scraped = fakeIo({
      hosts,
      udp: (sent, reply) => {
        reply(Uint8Array.of(1, 2, 3))
        server(asked => answerTo(asked, 2, Array<number>(12).fill(0)))(sent, reply)
      },
    })
    await tracker.scrape?.(url, [infoHash], scraped)
    expect(scraped.steps.map(({ what }) => what)).toEqual([
      'connect',
      'no answer',
      'connect',
      'scrape',
      'no answer',
      'scrape',
    ])
    expect(scraped.steps[3]?.fields).toMatchObject({ 'info_hash 0': HASH })
    expect(scraped.steps[5]?.fields).toMatchObject({ entries: 1 })
  })
})

describe('what only some announces have', () => {
  it('the address to be listed under goes into its field', async () => {
    const io = fakeIo({ hosts, udp: server() })
    await tracker.announce(url, { ...request, ip: '192.0.2.7' }, io)
    expect([...(io.datagrams[1]?.data.subarray(84, 88) ?? [])]).toEqual([192, 0, 2, 7])
    expect(io.warnings).toEqual([])
  })

  it('what BEP 15 has no field for is warned of', async () => {
    const io = fakeIo({ hosts, udp: server() })
    const more = { ip: '2001:db8::7', trackerId: 'x', compact: false, noPeerId: true, corrupt: 1 }
    await tracker.announce(url, { ...request, ...more }, io)
    expect(io.warnings).toEqual([
      'a UDP announce has no field for the tracker id, compact=0, no_peer_id, corrupt, an IPv6 address: left out',
    ])
  })
})
