import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net'
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { MockAgent } from 'undici'
import { afterEach, describe, expect, it } from 'vitest'
import { latin1 } from '../../src/lib/base/bytes.ts'
import { fetchBytes, HTTP_TIMEOUTS, MAX_BODY_BYTES, MAX_REDIRECTS } from '../../src/lib/net/http.ts'
import type { HttpNetwork } from '../../src/lib/net/http-network.ts'
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.ts'

const servers: (Server | TcpServer)[] = []
const { signal } = new AbortController()

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  }
})

async function listen(server: Server | TcpServer): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function serve(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(handler))}`
}

/** A server that answers with `body` and these header lines. */
async function serveBody(body: Uint8Array | string, headers: Record<string, string> = {}, status = 200): Promise<URL> {
  return new URL(await serve((_request, response) => response.writeHead(status, headers).end(body)))
}

const failure = (message: RegExp | string): object =>
  expect.objectContaining({ code: 'HTTP_FAILED', message: expect.stringMatching(message) })

describe('the request', () => {
  it('carries the path and the query exactly as they stand', async () => {
    let seen = ''
    const base = await serve((request, response) => {
      seen = request.url ?? ''
      response.end()
    })
    const all = Array.from({ length: 256 }, (_, n) => `%${n.toString(16).padStart(2, '0')}`).join('')
    const target = `/announce%2F%41?info_hash=${all}${all.toUpperCase()}&x=~-._'a`
    await fetchBytes(new URL(base + target), { signal })
    expect(seen).toBe(target.replace("'", '%27'))
  })

  it('says who asks and does not keep the connection', async () => {
    let headers: Record<string, unknown> = {}
    const base = await serve((request, response) => {
      headers = request.headers
      response.end()
    })
    await fetchBytes(new URL(base), { signal })
    expect(headers).toMatchObject({ connection: 'close', 'accept-encoding': 'gzip, deflate' })
    expect(headers['user-agent']).toMatch(/^bt-toolbox/)
  })
})

describe('the body', () => {
  const text = 'd8:intervali1800ee'.repeat(20)

  it.each([
    ['none', text, undefined],
    ['gzip', gzipSync(text), 'gzip'],
    ['x-gzip', gzipSync(text), 'X-GZip'],
    ['deflate', deflateSync(text), 'deflate'],
    ['deflate without the zlib header', deflateRawSync(text), 'deflate'],
    ['identity', text, 'identity'],
  ])('is decompressed: %s', async (_, body, encoding) => {
    const url = await serveBody(body, encoding === undefined ? {} : { 'content-encoding': encoding })
    const answer = await fetchBytes(url, { signal })
    expect(latin1(answer.body)).toBe(text)
  })

  it('comes with any status', async () => {
    const url = await serveBody('gone', {}, 404)
    const { status, body } = await fetchBytes(url, { signal })
    expect([status, latin1(body)]).toEqual([404, 'gone'])
  })

  it('may be as long as the limit and no longer', async () => {
    const url = await serveBody(new Uint8Array(1000))
    await expect(fetchBytes(url, { signal, maxBytes: 1000 })).resolves.toMatchObject({ status: 200 })
    await expect(fetchBytes(url, { signal, maxBytes: 999 })).rejects.toEqual(failure(/sent more than 999 bytes/))
  })

  it('may have 1 MiB where nothing else is said', async () => {
    await expect(fetchBytes(await serveBody(new Uint8Array(MAX_BODY_BYTES)), { signal })).resolves.toMatchObject({
      status: 200,
    })
    await expect(fetchBytes(await serveBody(new Uint8Array(MAX_BODY_BYTES + 1)), { signal })).rejects.toEqual(
      failure(/sent more than 1048576 bytes/),
    )
  })

  it('may not grow beyond the limit when decompressed', async () => {
    const bomb = await serveBody(gzipSync(new Uint8Array(10_000_000)), { 'content-encoding': 'gzip' })
    await expect(fetchBytes(bomb, { signal })).rejects.toEqual(failure(/sent more than 1048576 bytes/))
  })

  it.each([
    ['gzip', 'not gzip'],
    ['gzip', gzipSync(text).subarray(0, 30)],
    ['br', 'whatever'],
  ])('is refused where it is damaged or %s is unknown', async (encoding, body) => {
    const url = await serveBody(body, { 'content-encoding': encoding })
    await expect(fetchBytes(url, { signal })).rejects.toEqual(failure(`^${url.host} sent a .*${encoding}`))
  })
})

describe('redirects', () => {
  it('are followed up to the limit', async () => {
    const base = await serve((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('there')
      else response.writeHead(302, { location: `/${left - 1}` }).end('moved')
    })
    const { body } = await fetchBytes(new URL(`${base}/${MAX_REDIRECTS}`), { signal })
    expect(latin1(body)).toBe('there')
    await expect(fetchBytes(new URL(`${base}/${MAX_REDIRECTS + 1}`), { signal })).rejects.toEqual(failure(/redirected/))
  })

  it.each(['ftp://127.0.0.1/', 'http://', 'javascript:1'])('to %s are refused', async location => {
    const url = await serveBody('', { location }, 301)
    await expect(fetchBytes(url, { signal })).rejects.toEqual(failure(/not an http or https URL/))
  })

  it('without a location are an answer', async () => {
    await expect(fetchBytes(await serveBody('x', {}, 302), { signal })).resolves.toMatchObject({ status: 302 })
  })

  it('take the credentials along within their origin only', async () => {
    const seen: (string | undefined)[] = []
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.end()
    })
    const base = await serve((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(302, { location: request.url === '/a' ? '/b' : other }).end()
    })
    await fetchBytes(new URL(`${base.replace('//', '//us%C3%A9r:p%3Aw@')}/a`), { signal })
    const basic = `Basic ${Buffer.from('usér:p:w').toString('base64')}`
    expect(seen).toEqual([basic, basic, undefined])
  })
})

describe('a public server', () => {
  /** A network of two hosts, on which nothing leaves the process. */
  function network(
    location: string,
    more: Readonly<Record<string, string>> = {},
  ): HttpNetwork & { readonly reached: string[] } {
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent.get('http://public.example').intercept({ path: '/announce' }).reply(302, '', { headers: { location } })
    agent.get(new URL(location).origin).intercept({ path: '/' }).reply(200, 'there')
    const reached: string[] = []
    const names: Record<string, string> = {
      'public.example': '203.0.114.1',
      'inside.example': '10.0.0.1',
      'six.example': '2001:db9::1',
      'both.example': '10.0.0.1 203.0.114.2',
      ...more,
    }
    return {
      reached,
      resolve: async host => {
        const addresses = names[host] ?? host.replaceAll(/[[\]]/g, '')
        return addresses.split(' ').map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
      dispatcher: (url, addresses) => {
        reached.push(url.host, ...addresses.slice(1).map(({ address }) => address))
        return agent.get(url.origin)
      },
    }
  }

  it('may redirect to a public one', async () => {
    const net = network('http://six.example/')
    const { body } = await fetchBytes(new URL('http://public.example/announce'), { signal, network: net })
    expect(latin1(body)).toBe('there')
  })

  it.each([
    'http://inside.example/',
    'http://127.0.0.1/',
    'http://[::1]/',
    'http://169.254.169.254/',
    'http://0.0.0.0/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::a00:1]/',
    'http://[fe80::1]/',
    'http://192.0.0.192/',
  ])('may not redirect to %s', async location => {
    const net = network(location)
    const fetched = fetchBytes(new URL('http://public.example/announce'), { signal, network: net })
    await expect(fetched).rejects.toEqual(failure(/private address/))
    expect(net.reached).toEqual(['public.example'])
  })

  it('is one too where its name has private addresses beside public ones', async () => {
    const net = network('http://10.0.0.1/', { 'public.example': '203.0.114.1 192.168.0.1' })
    const fetched = fetchBytes(new URL('http://public.example/announce'), { signal, network: net })
    await expect(fetched).rejects.toEqual(failure(/private address/))
  })

  it('may redirect to a name with both kinds, which is asked at the public ones', async () => {
    const net = network('http://both.example/')
    const { body } = await fetchBytes(new URL('http://public.example/announce'), { signal, network: net })
    expect([latin1(body), ...net.reached]).toEqual(['there', 'public.example', 'both.example'])
  })
})

describe('a server further out', () => {
  it.each([
    ['10.0.0.9', 'http://127.0.0.1/', 'private'],
    ['10.0.0.9', 'http://[::1]/', 'private'],
    ['10.0.0.9', 'http://0.0.0.0/', 'private'],
    ['10.0.0.9', 'http://169.254.169.254/', 'private'],
    ['169.254.1.1', 'http://127.0.0.1/', 'link-local'],
    ['127.0.0.1 10.0.0.9', 'http://127.0.0.1/', 'private'],
    ['64:ff9b::1.1.1.1', 'http://10.0.0.1/', 'public'],
  ])('at %s may not redirect to %s', async (from, location, kind) => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent.get('http://out.example').intercept({ path: '/' }).reply(302, '', { headers: { location } })
    const network: HttpNetwork = {
      resolve: async host => {
        const addresses = host === 'out.example' ? from.split(' ') : [host.replaceAll(/[[\]]/g, '')]
        return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
      },
      dispatcher: url => agent.get(url.origin),
    }
    const fetched = fetchBytes(new URL('http://out.example/'), { signal, network })
    await expect(fetched).rejects.toEqual(failure(`^a ${kind} server redirected to .*; that is not followed$`))
  })
})

describe('on the loopback, a plugin', () => {
  const network = (address: string, location?: string): HttpNetwork & { readonly asked: string[] } => {
    const asked: string[] = []
    const agent = new MockAgent()
    agent.disableNetConnect()
    return {
      asked,
      resolve: async host => [
        { address: '10.0.0.1', family: 4 },
        { address: host.endsWith('.example') ? address : host.replaceAll(/[[\]]/g, ''), family: 4 },
      ],
      dispatcher: url => {
        asked.push(url.pathname)
        const pool = agent.get(url.origin)
        const path = url.pathname + url.search
        if (location === undefined || asked.length > 1) pool.intercept({ path }).reply(200, 'there')
        else pool.intercept({ path }).reply(302, '', { headers: { location } })
        return pool
      },
    }
  }
  const rule = (shown: string): object =>
    failure(`^${shown.replaceAll(/[[\].]/g, '\\$&')} is not asked for: .* start with /announce or /scrape are$`)

  it.each([
    ['http://[::ffff:127.0.0.1]:81/admin?x=1', 'http://[::ffff:7f00:1]:81/admin'],
    ['http://127.9.9.9/api?x=/announce', 'http://127.9.9.9/api'],
    ['http://[::1]/', 'http://[::1]/'],
    ['http://0.0.0.0/x', 'http://0.0.0.0/x'],
    ['http://[::]/x', 'http://[::]/x'],
    ['http://2130706433/announce/../admin', 'http://127.0.0.1/admin'],
    ['http://user:secret@trap.example/x/announce?passkey=s3cret', 'http://trap.example/x/announce'],
  ])('does not reach %s', async (text, shown) => {
    const net = network('127.0.0.1')
    await expect(fetchBytes(new URL(text), { signal, network: net, loopback: 'trackers' })).rejects.toEqual(rule(shown))
    expect(net.asked).toEqual([])
  })

  it.each(['/admin', 'http://[::ffff:127.0.0.1]/admin', 'http://trap.example/admin'])(
    'is not redirected to %s',
    async location => {
      const net = network('127.0.0.1', location)
      const url = new URL('http://127.0.0.1/announce')
      const shown = new URL(location, url).href
      await expect(fetchBytes(url, { signal, network: net, loopback: 'trackers' })).rejects.toEqual(rule(shown))
      expect(net.asked).toEqual(['/announce'])
    },
  )

  it.each([
    ['http://127.0.0.1/announce.php', '/scrape?x=1'],
    ['http://[::1]/scrape', 'http://trap.example/announce'],
  ])('reaches a tracker: %s, redirected to %s', async (text, location) => {
    const net = network('::1', location)
    const answer = await fetchBytes(new URL(text), { signal, network: net, loopback: 'trackers' })
    expect([latin1(answer.body), net.asked.length]).toEqual(['there', 2])
  })

  it('has no rule to keep elsewhere, nor has a user', async () => {
    const url = new URL('http://a.example/x')
    const options = { signal, network: network('10.0.0.2'), loopback: 'trackers' } as const
    await expect(fetchBytes(url, options)).resolves.toMatchObject({ status: 200 })
    await expect(fetchBytes(url, { signal, network: network('127.0.0.1') })).resolves.toMatchObject({ status: 200 })
  })
})

describe('failures are told in plain words', () => {
  const timeouts = { ...HTTP_TIMEOUTS, total: 50 }

  it('nobody listens', async () => {
    const port = await listen(createTcpServer())
    await new Promise(resolve => servers.pop()?.close(resolve))
    const fetched = fetchBytes(new URL(`http://127.0.0.1:${port}`), { signal })
    await expect(fetched).rejects.toEqual(failure(`^127.0.0.1:${port} refused the connection$`))
  })

  it('no such name', async () => {
    const network: HttpNetwork = {
      resolve: async () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })),
      dispatcher: () => new MockAgent(),
    }
    const fetched = fetchBytes(new URL('http://nowhere.example/'), { signal, network })
    await expect(fetched).rejects.toEqual(failure(/^nowhere.example is not a known host name$/))
  })

  it('no answer in time', async () => {
    const url = new URL(await serve(() => {}))
    await expect(fetchBytes(url, { signal, timeouts })).rejects.toEqual(
      failure(`^${url.host} did not answer within 0.05 s$`),
    )
  })

  it('no answer within 30 s where nothing else is said, nor header lines within 10 s, nor a connection within 5 s', async () => {
    const asked: unknown[] = []
    const agent = new MockAgent()
    agent.disableNetConnect()
    agent.get('http://a.example').intercept({ path: '/' }).reply(200, 'there')
    const network: HttpNetwork = {
      resolve: async () => [{ address: '203.0.114.1', family: 4 }],
      dispatcher: (url, _addresses, timeouts) => {
        asked.push(timeouts)
        return agent.get(url.origin)
      },
    }
    await fetchBytes(new URL('http://a.example/'), { signal, network })
    expect(asked).toEqual([{ total: 30_000, headers: 10_000, connect: 5_000 }])
  })

  it('an answer that never ends', async () => {
    const url = new URL(await serve((_request, response) => response.writeHead(200).write('x')))
    await expect(fetchBytes(url, { signal, timeouts })).rejects.toEqual(failure(/did not answer within/))
  })

  it('not HTTP', async () => {
    const port = await listen(createTcpServer(socket => socket.on('error', () => {}).end('SSH-2.0-x\r\n')))
    await expect(fetchBytes(new URL(`http://127.0.0.1:${port}`), { signal })).rejects.toEqual(
      failure(/does not speak HTTP/),
    )
  })

  it('a connection closed early', async () => {
    const port = await listen(createTcpServer(socket => socket.on('error', () => {}).end()))
    await expect(fetchBytes(new URL(`http://127.0.0.1:${port}`), { signal })).rejects.toEqual(
      failure(/closed the connection/),
    )
  })

  const interim = async (status: string, count: number): Promise<URL> => {
    const answers = `HTTP/1.1 ${status}\r\n\r\n`.repeat(count)
    const port = await listen(
      createTcpServer(socket => {
        socket.on('error', () => {}).once('data', () => socket.end(`${answers}HTTP/1.1 200 OK\r\n\r\nthere`))
      }),
    )
    return new URL(`http://127.0.0.1:${port}`)
  }

  it('a "100 Continue" that nobody asked for, which undici takes for an attack', async () => {
    const fetched = fetchBytes(await interim('100 Continue', 1), { signal })
    await expect(fetched).rejects.toEqual(failure(/answered "100 Continue", which only a request that asks for it/))
  })

  it('another protocol', async () => {
    const url = new URL(
      await serve((_request, response) => {
        response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end()
      }),
    )
    await expect(fetchBytes(url, { signal })).rejects.toEqual(failure(/changed to another protocol/))
  })

  it('more than 20 answers before the answer', async () => {
    const { body } = await fetchBytes(await interim('103 Early Hints', 20), { signal })
    expect(latin1(body)).toBe('there')
    const fetched = fetchBytes(await interim('103 Early Hints', 21), { signal })
    await expect(fetched).rejects.toEqual(failure(/sent more than 20 answers that are none/))
  })

  it('a certificate that nobody vouches for', async () => {
    const port = await listen(createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }))
    const fetched = fetchBytes(new URL(`https://127.0.0.1:${port}`), { signal })
    await expect(fetched).rejects.toEqual(failure(/certificate that is not to be trusted/))
  })

  it('another scheme', async () => {
    await expect(fetchBytes(new URL('ftp://127.0.0.1/x'), { signal })).rejects.toEqual(failure(/not an http/))
  })
})

it('ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const reason = new Error('interrupted')
  const url = new URL(
    await serve(() => {
      controller.abort(reason)
    }),
  )
  await expect(fetchBytes(url, { signal: controller.signal })).rejects.toBe(reason)
  await expect(fetchBytes(url, { signal: controller.signal })).rejects.toBe(reason)
})
