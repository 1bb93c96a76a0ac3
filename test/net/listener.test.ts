import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { equal } from '../../src/lib/base/bytes.ts'
import { Listener, type Claim } from '../../src/lib/net/listener.ts'
import { HASH, handshake, message, OURS, THEIRS } from '../wire/support.ts'

async function listening(claim: Claim, port = 0): Promise<Listener> {
  const listener = await Listener.open({
    host: '127.0.0.1',
    port,
    peerId: OURS,
    now: () => performance.now(),
    claim,
  })
  onTestFinished(() => listener.close())
  return listener
}

async function dial(listener: Listener): Promise<Socket> {
  const socket = connect(listener.address)
  socket.on('error', () => undefined)
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

async function readAll(socket: Socket): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.closed) await once(socket, 'close')
  return new Uint8Array(Buffer.concat(chunks))
}

describe('Listener', () => {
  it('hands over a peer with what it said, and its bytes from then on', async () => {
    const received: number[] = []
    const left: string[] = []
    const visitors: Parameters<Claim>[0][] = []
    const listener = await listening(visitor => {
      visitors.push(visitor)
      visitor.socket.drive(visitor.connection)
      visitor.connection.accept(visitor.handshake.infoHash)
      visitor.socket.flush()
      return {
        connected: () => undefined,
        received: chunk => received.push(...chunk),
        flushed: () => undefined,
        sent: () => undefined,
        closed: detail => left.push(detail),
      }
    })
    const socket = await dial(listener)
    const opening = handshake()
    socket.write(opening.subarray(0, 30))
    socket.write(opening.subarray(30))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(new Uint8Array(answer)).toEqual(handshake(HASH, OURS, true, true))
    expect(visitors).toMatchObject([{ address: { host: '127.0.0.1', port: socket.localPort } }])
    expect(equal(visitors[0]?.handshake.peerId ?? new Uint8Array(), THEIRS)).toBe(true)
    socket.write(message(2))
    await expect.poll(() => received).toEqual([...message(2)])
    socket.end()
    await expect.poll(() => left).toEqual(['the peer closed the connection'])
  })

  it('closes on who asks for what nobody has, without a word', async () => {
    const listener = await listening(() => undefined)
    const socket = await dial(listener)
    const answered = readAll(socket)
    socket.write(handshake())
    expect(await answered).toHaveLength(0)
  })

  it('closes on who speaks another protocol', async () => {
    const claim = vi.fn<Claim>()
    const listener = await listening(claim)
    const socket = await dial(listener)
    const answered = readAll(socket)
    socket.write('GET / HTTP/1.1\r\n\r\n')
    expect(await answered).toHaveLength(0)
    expect(claim).not.toHaveBeenCalled()
  })

  it('tells ourselves who we are', async () => {
    const claim = vi.fn<Claim>()
    const listener = await listening(claim)
    const socket = await dial(listener)
    const answered = readAll(socket)
    socket.write(handshake(HASH, OURS))
    expect(await answered).toEqual(handshake(HASH, OURS, true, true))
    expect(claim).not.toHaveBeenCalled()
  })

  it('closes with peers waiting that said nothing, and leaves no timer', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
    const listener = await listening(() => undefined)
    const before = timers()
    const sockets = await Promise.all(Array.from({ length: 5 }, () => dial(listener)))
    await expect.poll(timers).toBeGreaterThanOrEqual(before + 5)
    await listener.close()
    for (const socket of sockets) socket.destroy()
    // The handshake's time limit is ten seconds; this waits for less.
    await expect.poll(timers, { timeout: 4000 }).toBeLessThanOrEqual(before + 1)
  })

  it('lets the oldest go of more than 256 that have not said what they want', async () => {
    const listener = await listening(() => undefined)
    const sockets: Socket[] = []
    for (let n = 0; n < 256; n++) sockets.push(await dial(listener))
    await dial(listener)
    await dial(listener)
    await expect.poll(() => sockets.filter(socket => socket.closed)).toEqual(sockets.slice(0, 2))
  })

  it('says that the port is taken', async () => {
    const listener = await listening(() => undefined)
    const second = listening(() => undefined, listener.address.port)
    await expect(second).rejects.toMatchObject({ code: 'LISTEN_FAILED', message: expect.stringContaining('in use') })
  })
})
