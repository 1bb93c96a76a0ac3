import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { openUdp } from '../../src/lib/net/udp.ts'

/** Long enough that a test which waits for it fails on its own. */
const LONG = 60_000

/** Sends back what it gets, once for each byte of it. */
async function echoServer(): Promise<{ port: number; close: () => void }> {
  const server = createSocket('udp4')
  server.on('message', (data, { address, port }) => {
    for (const byte of data) server.send(Uint8Array.of(byte), port, address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, close: () => server.close() }
}

describe('openUdp', () => {
  it('sends and receives, keeping what nobody has asked for yet', async () => {
    const server = await echoServer()
    const socket = await openUdp(4, new AbortController().signal)
    await socket.send(utf8('abc'), '127.0.0.1', server.port)
    const got = []
    for (let i = 0; i < 3; i++) got.push(await socket.receive(LONG))
    expect(got.map(datagram => datagram?.data[0])).toEqual([97, 98, 99])
    expect(got[0]).toMatchObject({ host: '127.0.0.1', port: server.port })
    socket.close()
    server.close()
  })

  it('gives each datagram to one receiver, in order', async () => {
    const server = await echoServer()
    const socket = await openUdp(4, new AbortController().signal)
    const both = Promise.all([socket.receive(LONG), socket.receive(LONG)])
    await socket.send(utf8('xy'), '127.0.0.1', server.port)
    expect((await both).map(datagram => datagram?.data[0])).toEqual([120, 121])
    socket.close()
    server.close()
  })

  it('gives up a wait after its time', async () => {
    const socket = await openUdp(4, new AbortController().signal)
    await expect(socket.receive(1)).resolves.toBeUndefined()
    socket.close()
  })

  it('ends waits when it is closed, and does nothing more', async () => {
    const socket = await openUdp(4, new AbortController().signal)
    const waiting = socket.receive(LONG)
    socket.close()
    socket.close()
    await expect(waiting).rejects.toThrow(/closed/)
    await expect(socket.receive(LONG)).rejects.toThrow(/closed/)
    await expect(socket.send(utf8('x'), '127.0.0.1', 1)).rejects.toThrow(/closed/)
  })

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController()
    const socket = await openUdp(4, controller.signal)
    const waiting = socket.receive(LONG)
    const reason = new Error('interrupted')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await expect(socket.receive(LONG)).rejects.toBe(reason)
    await expect(openUdp(4, controller.signal)).rejects.toBe(reason)
  })

  it('rejects a send that the system refuses', async () => {
    const socket = await openUdp(4, new AbortController().signal)
    await expect(socket.send(new Uint8Array(70_000), '127.0.0.1', 9)).rejects.toThrow(/EMSGSIZE/)
    socket.close()
  })
})
