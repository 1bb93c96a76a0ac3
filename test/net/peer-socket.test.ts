import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { PeerSocket, type PeerSocketOwner } from '../../src/lib/net/peer-socket.ts'
import { connection as openConnection, HASH, handshake, OURS } from '../wire/support.ts'

async function listen(
  onSocket: (socket: Socket) => void,
  options: { readonly allowHalfOpen?: boolean } = {},
): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer(options, socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

/** What an owner heard, and promises of what it will. */
function recorder() {
  const bytes: number[] = []
  const ended: string[] = []
  const waiting: (() => void)[] = []
  const notify = (): void => {
    for (const check of waiting) check()
  }
  let isConnected = false
  let flushes = 0
  const owner: PeerSocketOwner = {
    connected: () => {
      isConnected = true
      notify()
    },
    received: chunk => {
      bytes.push(...chunk)
      notify()
    },
    sent: () => undefined,
    flushed: () => {
      flushes++
      notify()
    },
    closed: detail => {
      ended.push(detail)
      notify()
    },
  }
  const until = (fits: () => boolean): Promise<void> =>
    new Promise(resolve => {
      const check = (): void => {
        if (fits()) resolve()
      }
      waiting.push(check)
      check()
    })
  return { owner, bytes, ended, until, connected: () => isConnected, flushes: () => flushes }
}

describe('PeerSocket', () => {
  it('connects, sends what the connection has, and hands on what comes', async () => {
    const got: Buffer[] = []
    const { port } = await listen(socket => {
      socket.on('data', chunk => {
        got.push(Buffer.from(chunk))
        socket.write(Buffer.from('answer'))
      })
    })
    const heard = recorder()
    const socket = PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(heard.connected)
    expect(socket.remoteAddress).toEqual({ host: '127.0.0.1', port })
    const connection = openConnection({ peerId: OURS })
    socket.flush() // nothing to drive yet
    expect(heard.flushes()).toBe(0)
    socket.drive(connection)
    socket.flush()
    await heard.until(() => heard.bytes.length === 6)
    expect(Buffer.from(heard.bytes).toString()).toBe('answer')
    expect(new Uint8Array(Buffer.concat(got))).toEqual(handshake(HASH, OURS))
    expect(heard.flushes()).toBe(1)
    socket.close()
    expect(heard.ended).toEqual([])
  })

  it('says in plain words why a dial failed', async () => {
    const { server, port } = await listen(() => undefined)
    server.close()
    await once(server, 'close')
    const heard = recorder()
    PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(() => heard.ended.length > 0)
    expect(heard.ended).toEqual(['connection refused'])
  })

  it.each([
    ['end', 'the peer closed the connection'],
    ['reset', 'the peer reset the connection'],
  ])('says once how the peer left: %s', async (how, detail) => {
    const { port } = await listen(socket => {
      if (how === 'end') socket.end()
      else socket.resetAndDestroy()
    })
    const heard = recorder()
    const socket = PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(() => heard.ended.length > 0)
    socket.close()
    socket.flush()
    expect(heard.ended).toEqual([detail])
  })

  it('keeps what a slow peer does not take in the connection, and sends all of it in the end', async () => {
    let slow: Socket | undefined
    const { port } = await listen(socket => {
      slow = socket
      socket.pause()
    })
    const heard = recorder()
    const socket = PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(heard.connected)
    const connection = openConnection()
    socket.drive(connection)
    const block = new Uint8Array(16_384).fill(1)
    const blocks = 2000
    connection.receive(handshake(), 0)
    for (let n = 0; n < blocks; n++) connection.sendBlock({ piece: n, offset: 0, length: block.length }, block)
    socket.flush()
    expect(connection.queuedBytes).toBeGreaterThan(16_384 * 1000)
    await heard.until(() => slow !== undefined)
    let received = 0
    slow?.on('data', chunk => {
      received += chunk.length
    })
    slow?.resume()
    await expect.poll(() => received).toBe(68 + blocks * (16_384 + 13))
    expect(heard.flushes()).toBeGreaterThan(1)
    socket.close()
  })

  it('sends what is queued before it closes', async () => {
    const got: Buffer[] = []
    const { port } = await listen(socket => socket.on('data', chunk => got.push(Buffer.from(chunk))))
    const heard = recorder()
    const socket = PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(heard.connected)
    socket.drive(openConnection())
    socket.flush()
    socket.close()
    socket.close()
    await expect.poll(() => Buffer.concat(got).length).toBe(68)
    expect(heard.ended).toEqual([])
  })

  it('is gone soon after it is closed, though the peer never stops sending', async () => {
    let gone = false
    const stubborn = (socket: Socket): void => {
      socket.resume()
      const chatter = setInterval(() => socket.write('more'), 20)
      socket.on('close', () => {
        clearInterval(chatter)
        gone = true
      })
    }
    const { port } = await listen(stubborn, { allowHalfOpen: true })
    const heard = recorder()
    const socket = PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner)
    await heard.until(() => heard.bytes.length > 0)
    socket.close()
    const before = heard.bytes.length
    await expect.poll(() => gone, { timeout: 4000 }).toBe(true)
    expect(heard.bytes).toHaveLength(before)
  })

  it('that is closed while it dials is gone at once', async () => {
    const { port } = await listen(() => undefined)
    const heard = recorder()
    const handles = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const before = handles()
    PeerSocket.dial({ host: '127.0.0.1', port }, heard.owner).close()
    expect(handles()).toBeLessThanOrEqual(before + 1)
    expect(heard.connected()).toBe(false)
    expect(heard.ended).toEqual([])
  })
})
