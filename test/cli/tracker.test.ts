import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson, start } from './support/run-bt.ts'
import { testTorrent } from './support/torrents.ts'

const ANY_PORT = ['--host', '127.0.0.1', '--http-port', '0', '--udp-port', '0']

describe('bt tracker', () => {
  test('says where it listens, serves both ways until interrupted, and tells what happened', async () => {
    const tracker = start(['tracker', ...ANY_PORT, '--interval', '120', '--json'])
    const { urls } = JSON.parse(await tracker.line(/"listening"/)) as { urls: string[] }
    expect(urls[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/announce$/)
    expect(urls[1]).toMatch(/^udp:\/\/127\.0\.0\.1:\d+\/announce$/)
    const { file, hash } = testTorrent(urls.map(url => [url]))
    const known = await btJson(['peers', file])
    expect(known).toMatchObject({ trackers: [{ interval: 120 }, { interval: 120 }] })
    await bt(['scrape', file])
    const { stdout, code } = await tracker.interrupt()
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(events).toContainEqual(expect.objectContaining({ event: 'announce', transport: 'http', infoHash: hash }))
    expect(events).toContainEqual(expect.objectContaining({ event: 'announce', transport: 'udp', infoHash: hash }))
    expect(events).toContainEqual(expect.objectContaining({ event: 'scrape', transport: 'http', infoHashes: 1 }))
    expect(code).toBe(130)
  })

  test('prints a line for each URL without --json', async () => {
    const tracker = start(['tracker', ...ANY_PORT])
    await tracker.line(/^Listening on udp:/)
    const { stdout, code } = await tracker.interrupt()
    expect(stdout).toMatch(
      /^Listening on http:\/\/127\.0\.0\.1:\d+\/announce\nListening on udp:\/\/127\.0\.0\.1:\d+\/announce\n$/,
    )
    expect(code).toBe(130)
  })

  test('says that a port is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const { stdout, stderr, code } = await bt([
      'tracker',
      '--host',
      '127.0.0.1',
      '--udp-port',
      '0',
      '--http-port',
      String(port),
    ])
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr).toContain(String(port))
  })

  test('is wrong usage with a port that is none', async () => {
    expect((await bt(['tracker', '--http-port', '70000'])).code).toBe(2)
  })
})

describe('bt scrape', () => {
  test('prints what each tracker counts, over HTTP and UDP', async () => {
    const tracker = start(['tracker', ...ANY_PORT, '--json'])
    const { urls } = JSON.parse(await tracker.line(/"listening"/)) as { urls: string[] }
    const { file } = testTorrent(urls.map(url => [url]))
    const { stdout, stderr, code } = await bt(['scrape', file])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    for (const [i, line] of lines.entries()) {
      expect(line.startsWith(`${urls[i]} `)).toBe(true)
      expect(line).toMatch(/ complete: 0 {2}downloaded: 0 {2}incomplete: 0$/)
    }
  })

  test('asks for the one torrent, and tells the numbers of the answer', async () => {
    const { info, hash } = testTorrent([])
    const files = new Map([
      [Buffer.from(info.infoHash).toString('latin1'), { complete: 5, downloaded: 50, incomplete: 10 }],
    ])
    const tracker = await fakeTracker({ files })
    const other = await fakeTracker({ files: {} })
    const dead = `http://127.0.0.1:${await closedPort()}/announce`
    const { file } = testTorrent([[tracker.url], [other.url], [dead]])
    expect(await btJson(['scrape', file])).toEqual({
      infoHash: hash,
      trackers: [
        { url: tracker.url, known: true, complete: 5, downloaded: 50, incomplete: 10 },
        { url: other.url, known: false },
        {
          url: dead,
          error: { code: 'TRACKER_UNREACHABLE', message: expect.stringContaining(dead.slice(0, -8)) as string },
        },
      ],
    })
    const { stdout, stderr } = await bt(['scrape', file])
    expect(stdout).toContain('complete: 5  downloaded: 50  incomplete: 10\n')
    expect(stdout).toContain(`${other.url}  does not know the torrent\n`)
    expect(stderr).toMatch(/^warning: .*refused/)
  })

  test('fails where no tracker can be scraped, or there is none', async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/announce`
    expect(await bt(['scrape', testTorrent([[dead]]).file])).toMatchObject({ stdout: '', code: 4 })
    expect(await bt(['scrape', testTorrent([]).file])).toMatchObject({ stdout: '', code: 4 })
    expect(await bt(['scrape', testTorrent([['http://127.0.0.1:1/tracker']]).file])).toMatchObject({
      stdout: '',
      code: 4,
    })
  })
})
