import { describe, expect, it } from 'vitest'
import { createIo } from '../../src/lib/net/io.ts'

describe('createIo', () => {
  const controller = new AbortController()
  const warnings: string[] = []
  const io = createIo({ signal: controller.signal, warn: message => warnings.push(message) })

  it('has a monotonic clock and randomness of the length asked for', () => {
    const before = io.now()
    expect(io.now()).toBeGreaterThanOrEqual(before)
    expect(io.random(20)).toHaveLength(20)
    expect(io.random(20)).not.toEqual(io.random(20))
  })

  it('hands warnings on', () => {
    io.warn('careful')
    expect(warnings).toEqual(['careful'])
  })

  it.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['::1', '::1', 6],
    ['[::1]', '::1', 6],
  ])('returns the literal address %s as it is', async (host, address, family) => {
    await expect(io.resolve(host)).resolves.toEqual([{ address, family }])
  })

  it.each(['http://127.0.0.1:1/admin', 'http://[::ffff:127.0.0.1]:1/admin?x=1', 'http://localhost:1/admin'])(
    'asks the loopback for what a tracker has: not for %s',
    async url => {
      await expect(io.http(new URL(url))).rejects.toMatchObject({
        code: 'HTTP_FAILED',
        message: expect.stringContaining('/admin is not asked for'),
      })
    },
  )

  it('sleeps, and wakes with the reason of the signal', async () => {
    await io.sleep(1)
    const sleeping = io.sleep(60_000)
    const reason = new Error('interrupted')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    await expect(io.resolve('localhost')).rejects.toBe(reason)
    await expect(io.udp()).rejects.toBe(reason)
    await expect(io.http(new URL('http://127.0.0.1/announce'))).rejects.toBe(reason)
  })
})
