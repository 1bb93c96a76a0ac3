import { describe, expect, it } from 'vitest'
import { fakeIo, testKit } from '../../src/lib/plugin/testing.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'

const HOUR = 3_600_000

describe('the fake clock', () => {
  it('passes only while everything waits, in order', async () => {
    const io = fakeIo()
    const log: string[] = []
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await io.sleep(ms)
      log.push(`${name} ${io.now()}`)
      await io.sleep(ms)
      log.push(`${name} ${io.now()}`)
    }
    await Promise.all([sleeper('a', 2 * HOUR), sleeper('b', 3 * HOUR)])
    expect(log).toEqual([`a ${2 * HOUR}`, `b ${3 * HOUR}`, `a ${4 * HOUR}`, `b ${6 * HOUR}`])
  })

  it('stops with the signal', async () => {
    const io = fakeIo()
    const reason = new Error('enough')
    const sleeping = io.sleep(HOUR)
    io.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    await expect(io.sleep(1)).rejects.toBe(reason)
    await expect(io.http(new URL('http://h/'))).rejects.toBe(reason)
    expect(io.now()).toBe(0)
  })
})

describe('the fake UDP network', () => {
  it('delivers what the script replies, late or from elsewhere where it says so', async () => {
    const io = fakeIo({
      udp: ({ data }, reply) => {
        reply(data)
        reply(data, { host: '9.9.9.9', port: 9, delay: 5000 })
      },
    })
    const socket = await io.udp()
    await socket.send(Uint8Array.of(7), '1.2.3.4', 80)
    expect(await socket.receive(HOUR)).toEqual({ data: Uint8Array.of(7), host: '1.2.3.4', port: 80 })
    expect(io.now()).toBe(0)
    expect(await socket.receive(HOUR)).toMatchObject({ host: '9.9.9.9', port: 9 })
    expect(io.now()).toBe(5000)
    expect(await socket.receive(HOUR)).toBeUndefined()
    expect(io.now()).toBe(5000 + HOUR)
    expect(io.datagrams).toMatchObject([{ host: '1.2.3.4', port: 80, family: 4, at: 0 }])
  })

  it('keeps the sockets apart and counts the open ones', async () => {
    const io = fakeIo({ udp: ({ from }, reply) => reply(Uint8Array.of(from & 0xff)) })
    const [a, b] = [await io.udp(), await io.udp(6)]
    await a.send(new Uint8Array(), 'x', 1)
    await b.send(new Uint8Array(), 'x', 1)
    expect((await a.receive(0))?.data).not.toEqual((await b.receive(0))?.data)
    expect(io.openSockets).toBe(2)
    const waiting = a.receive(HOUR)
    a.close()
    await expect(waiting).rejects.toThrow(/closed/)
    expect(io.openSockets).toBe(1)
  })
})

describe('fakeIo', () => {
  it('answers HTTP as scripted and keeps the requests', async () => {
    const io = fakeIo({ http: url => ({ body: url.pathname }) })
    expect(await io.http(new URL('http://h/p'))).toEqual({ status: 200, body: new TextEncoder().encode('/p') })
    expect(io.requests.map(String)).toEqual(['http://h/p'])
    await expect(fakeIo().http(new URL('http://h/'))).rejects.toThrow(/no answer/)
  })

  it('knows the names it was given, and literal addresses', async () => {
    const io = fakeIo({ hosts: { h: ['1.2.3.4', '::1'] } })
    expect(await io.resolve('h')).toEqual([
      { address: '1.2.3.4', family: 4 },
      { address: '::1', family: 6 },
    ])
    expect(await io.resolve('[::2]')).toEqual([{ address: '::2', family: 6 }])
    await expect(io.resolve('other')).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  it('is random in the same way each time', () => {
    expect(fakeIo({ seed: 5 }).random(20)).toEqual(fakeIo({ seed: 5 }).random(20))
    expect(fakeIo({ seed: 5 }).random(20)).not.toEqual(fakeIo({ seed: 6 }).random(20))
  })

  it('keeps the warnings', () => {
    const io = fakeIo()
    io.warn('careful')
    expect(io.warnings).toEqual(['careful'])
  })
})

it('hands out the toolkit of the host', () => {
  expect(testKit()).toBe(toolkit)
})
