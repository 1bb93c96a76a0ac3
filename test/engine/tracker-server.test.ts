import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { dataView, latin1 } from '../../src/lib/base/bytes.ts'
import { startTracker, type TrackerServer, type TrackerServerOptions } from '../../src/lib/engine/tracker-server.ts'
import type { TrackerEvent } from '../../src/lib/tracker/tracker.ts'

const HASH = '%01'.repeat(20)
const opened: (() => unknown)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

async function start(options: TrackerServerOptions = {}): Promise<TrackerServer> {
  const server = await startTracker({ host: '127.0.0.1', httpPort: 0, udpPort: 0, interval: 60, ...options })
  opened.push(() => server.close())
  return server
}

interface Reply {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Asking {
  readonly host?: string
  readonly method?: string
  readonly agent?: Agent
  readonly body?: string
}

async function http(port: number | undefined, path: string, asking: Asking = {}): Promise<Reply> {
  const { host = '127.0.0.1', method = 'GET', agent, body = '' } = asking
  const headers = body === '' ? {} : { 'content-length': String(body.length) }
  const request = httpRequest({ host, port, path, method, headers, ...(agent === undefined ? {} : { agent }) })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString('latin1') }
}

function announcePath(id: string, more = ''): string {
  return `/announce?info_hash=${HASH}&peer_id=-tb0100-${id.padEnd(12, '0')}&port=6881&left=5&compact=1${more}`
}

async function udpClient(port: number | undefined, family: 4 | 6 = 4): Promise<Socket> {
  const socket = createSocket(family === 4 ? 'udp4' : 'udp6')
  opened.push(() => socket.close())
  socket.connect(port ?? 0, family === 4 ? '127.0.0.1' : '::1')
  await once(socket, 'connect')
  return socket
}

async function exchange(socket: Socket, datagram: Uint8Array): Promise<Uint8Array> {
  const answer = once(socket, 'message')
  socket.send(datagram)
  const [bytes] = (await answer) as [Uint8Array]
  return bytes
}

async function udpAnnounce(socket: Socket, peer: number): Promise<Uint8Array> {
  const hello = new Uint8Array(16)
  dataView(hello).setBigUint64(0, 0x417_2710_1980n)
  const id = (await exchange(socket, hello)).subarray(8)
  const announce = new Uint8Array(98).fill(1, 16, 36)
  announce.set(id)
  announce.fill(peer, 36, 56)
  const fields = dataView(announce)
  fields.setUint32(8, 1)
  fields.setBigUint64(64, 5n)
  fields.setInt32(92, -1)
  fields.setUint16(96, 7000 + peer)
  return exchange(socket, announce)
}

/** How many listening TCP sockets this process has. */
function httpServers(): number {
  return process.getActiveResourcesInfo().filter(name => name === 'TCPServerWrap').length
}

/** Whether this machine has the IPv6 loopback address. */
async function hasIpv6(): Promise<boolean> {
  const socket = createSocket('udp6')
  try {
    socket.bind({ address: '::1', port: 0 })
    await once(socket, 'listening')
    return true
  } catch {
    return false
  } finally {
    socket.close()
  }
}

describe('HTTP', () => {
  test('two peers learn of each other under the addresses of their sockets', async () => {
    const server = await start()
    expect((await http(server.httpPort, announcePath('a', '&ip=9.9.9.9'))).body).toContain('5:peers0:e')
    const reply = await http(server.httpPort, announcePath('b').replace('6881', '6882'))
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' } })
    expect(reply.body).toContain('5:peers6:\x7f\0\0\x01\x1a\xe1e')
    expect(reply.body).toContain('11:external ip4:\x7f\0\0\x01')
  })

  test('scrape, statistics and nothing else', async () => {
    const server = await start()
    await http(server.httpPort, announcePath('a'))
    expect((await http(server.httpPort, `/scrape?info_hash=${HASH}`)).body).toContain('10:incompletei1e')
    const stats = await http(server.httpPort, '/stats')
    expect(stats.headers['content-type']).toBe('application/json')
    expect(JSON.parse(stats.body)).toMatchObject({ swarms: 1, leeches: 1, http: { announces: 1, scrapes: 1 } })
    expect(server.stats()).toMatchObject({ swarms: 1, leeches: 1 })
    expect((await http(server.httpPort, '/')).status).toBe(404)
    expect((await http(server.httpPort, announcePath('b'), { method: 'POST' })).status).toBe(404)
    expect(server.stats().leeches).toBe(1)
  })

  test('a connection is kept for the next request, unless a body came with it', async () => {
    const server = await start()
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    opened.push(() => agent.destroy())
    expect((await http(server.httpPort, '/stats', { agent })).headers.connection).toBe('keep-alive')
    expect((await http(server.httpPort, '/stats', { agent, body: 'x' })).headers.connection).toBe('close')
  })

  test('a request line without end is refused, and so is one that is no HTTP', async () => {
    const server = await start()
    expect((await http(server.httpPort, `/announce?${'a'.repeat(20_000)}`)).status).toBe(431)
    const socket = connect(server.httpPort ?? 0, '127.0.0.1')
    opened.push(() => socket.destroy())
    socket.end('\x13BitTorrent protocol\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('UDP', () => {
  test('shares its swarms with HTTP', async () => {
    const server = await start()
    await http(server.httpPort, announcePath('a'))
    const socket = await udpClient(server.udpPort)
    const answer = await udpAnnounce(socket, 1)
    expect([...answer.subarray(20)]).toEqual([127, 0, 0, 1, 0x1a, 0xe1])
    expect((await http(server.httpPort, announcePath('a'))).body).toContain('6:\x7f\0\0\x01\x1b\x59')
  })

  test('what is malformed gets no answer and does no harm', async () => {
    const server = await start()
    const socket = await udpClient(server.udpPort)
    const answers: Uint8Array[] = []
    socket.on('message', bytes => answers.push(bytes))
    for (const length of [0, 1, 15, 16, 98, 1500]) socket.send(new Uint8Array(length).fill(1))
    expect((await udpAnnounce(socket, 1)).length).toBe(20)
    expect(answers.map(bytes => bytes.length)).toEqual([16, 20])
  })
})

describe('addresses', () => {
  test('on every address, an IPv4 peer is an IPv4 peer', async () => {
    const server = await start({ host: undefined })
    expect(server.urls).toEqual([
      `http://127.0.0.1:${server.httpPort}/announce`,
      `udp://127.0.0.1:${server.udpPort}/announce`,
    ])
    await http(server.httpPort, announcePath('a'))
    expect(latin1((await udpAnnounce(await udpClient(server.udpPort), 1)).subarray(20))).toBe('\x7f\0\0\x01\x1a\xe1')
    if (!(await hasIpv6())) return
    const loopback = `${'\0'.repeat(15)}\x01`
    const alone = await http(server.httpPort, announcePath('b'), { host: '::1' })
    expect(alone.body).toContain(`11:external ip16:${loopback}`)
    expect(alone.body).toContain('5:peers0:6:peers60:')
    const answer = await udpAnnounce(await udpClient(server.udpPort, 6), 2)
    expect(latin1(answer.subarray(20))).toBe(`${loopback}\x1a\xe1`)
  })

  test('an IPv6 host stands in brackets in the URL', async ({ skip }) => {
    if (!(await hasIpv6())) skip('no IPv6 on this machine')
    const server = await start({ host: '::1' })
    expect(server.urls[1]).toBe(`udp://[::1]:${server.udpPort}/announce`)
  })

  test.each([
    [{ udpPort: undefined }, 'http'],
    [{ httpPort: undefined }, 'udp'],
  ])('%j leaves only %s', async (options, scheme) => {
    const server = await start(options)
    expect(server.urls).toEqual([`${scheme}://127.0.0.1:${server.httpPort ?? server.udpPort}/announce`])
    expect('httpPort' in server).toBe(scheme === 'http')
    expect('udpPort' in server).toBe(scheme === 'udp')
  })
})

describe('what the caller decides', () => {
  test('the info-hashes served and the interval', async () => {
    const server = await start({ allow: new Set(['02'.repeat(20)]), interval: 1234 })
    expect((await http(server.httpPort, announcePath('a'))).body).toContain('14:failure reason')
    const served = announcePath('a').replace(HASH, '%02'.repeat(20))
    expect((await http(server.httpPort, served)).body).toContain('8:intervali1234e')
  })

  test('events come with the peer', async () => {
    const events: TrackerEvent[] = []
    const server = await start({ onEvent: event => events.push(event) })
    await http(server.httpPort, announcePath('a', '&event=started'))
    await udpAnnounce(await udpClient(server.udpPort), 1)
    expect(events).toMatchObject([
      { type: 'announce', transport: 'http', peer: { host: '127.0.0.1', port: 6881 }, event: 'started', given: 0 },
      { type: 'announce', transport: 'udp', peer: { host: '127.0.0.1', port: 7001 }, event: undefined, given: 1 },
    ])
  })
})

describe('start and end', () => {
  test('a port in use is named, with what to do, and the other port is given back', async () => {
    const taken = await start()
    const clash = startTracker({ host: '127.0.0.1', httpPort: taken.httpPort })
    await expect(clash).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: `can not listen on HTTP port ${taken.httpPort} of 127.0.0.1: it is in use; choose another with --http-port, or 0 for any free one`,
    })
    const half = startTracker({ host: '127.0.0.1', httpPort: 0, udpPort: taken.udpPort })
    await expect(half).rejects.toThrow(/UDP port \d+ of 127\.0\.0\.1: it is in use; choose another with --udp-port/)
    await expect.poll(httpServers).toBe(1) // That of `taken`; a closed one is gone some turns later.
  })

  test('a host that is not of this machine is named', async () => {
    const nowhere = startTracker({ host: '192.0.2.1', udpPort: 0 })
    await expect(nowhere).rejects.toThrow('UDP port 0 of 192.0.2.1: that is no address of this machine')
    // No name has a blank in it, so nobody is asked for one.
    const unknown = startTracker({ host: 'no name', httpPort: 0 })
    await expect(unknown).rejects.toThrow('HTTP port 0 of no name: that is not a known host name')
  })

  test.each([
    [{}, 'USAGE', /without any port/],
    [{ udpPort: 0, interval: 0 }, 'USAGE', /interval of 0 s/],
    [{ udpPort: 0, interval: 1.5 }, 'USAGE', /interval of 1\.5 s/],
    [{ udpPort: 70_000 }, 'USAGE', /70000 is not a port/],
    [{ httpPort: 0, signal: AbortSignal.abort() }, 'INTERRUPTED', /interrupted/],
  ] as const)('%j is refused', async (options, code, message) => {
    await expect(startTracker(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  test('close ends kept connections, and again is no error', async () => {
    const server = await start()
    const agent = new Agent({ keepAlive: true })
    opened.push(() => agent.destroy())
    await http(server.httpPort, '/stats', { agent })
    await Promise.all([server.close(), server.close()])
    await expect(http(server.httpPort, '/stats')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('the signal closes it', async () => {
    const control = new AbortController()
    const server = await start({ signal: control.signal })
    control.abort()
    await server.close()
    await expect(http(server.httpPort, '/stats')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })
})
