import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson, start, tempFolder } from './support/run-bt.ts'
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

  test('serves what --allow lists, reads it again on SIGHUP, and prints statistics', async () => {
    const allowed = join(tempFolder(), 'allowed')
    const [one, two] = ['1'.repeat(40), '2'.repeat(40)]
    writeFileSync(allowed, `# ours\n${one}\n`)
    const tracker = start(['tracker', ...ANY_PORT, '--allow', allowed, '--stats', '1'])
    const url = (await tracker.line(/^Listening on http:/)).replace('Listening on ', '')
    await tracker.line(/^Listening on udp:/)
    expect((await bt(['announce', one, '--tracker', url])).code).toBe(0)
    expect(await bt(['announce', two, '--tracker', url])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('not on the list') as string,
    })
    writeFileSync(allowed, two)
    tracker.signal('SIGHUP')
    await tracker.note(/was read again: 1 info-hashes/)
    expect((await bt(['announce', two, '--tracker', url])).code).toBe(0)
    const line = await tracker.line(/^uptime: \d+ s {2}torrents: 2 /)
    expect(line).toMatch(
      / seeds: 0 {2}leeches: 2 {2}http: [\d.]+\/s {2}udp: 0\/s {2}scrapes: 0 {2}refused: 1 {2}evicted: 0$/,
    )
    expect((await tracker.interrupt()).code).toBe(130)
  })

  test('keeps no more peers than --max-peers', async () => {
    const tracker = start(['tracker', ...ANY_PORT, '--max-peers', '2', '--full-scrape', '5'])
    const url = (await tracker.line(/^Listening on http:/)).replace('Listening on ', '')
    for (const digit of '123') await bt(['announce', digit.repeat(40), '--tracker', url])
    const stats = await fetch(url.replace('/announce', '/stats.json'))
    expect(await stats.json()).toMatchObject({ swarms: 2, leeches: 2, evicted: 1 })
    const all = await fetch(url.replace('/announce', '/scrape'))
    expect((await all.text()).match(/8:complete/g)).toHaveLength(2)
  })

  test('goes on from its --state', async () => {
    const state = join(tempFolder(), 'tracker.state')
    const hash = '4'.repeat(40)
    for (const peers of [0, 1]) {
      const tracker = start(['tracker', ...ANY_PORT, '--state', state])
      const url = (await tracker.line(/^Listening on http:/)).replace('Listening on ', '')
      const { stdout } = await bt(['announce', hash, '--tracker', url, '--port', String(7000 + peers)])
      expect(stdout).toContain(`\nPeers: ${peers}\n`)
      await tracker.interrupt()
    }
    const nowhere = join(tempFolder(), 'none', 'tracker.state')
    const refused = await bt(['tracker', ...ANY_PORT, '--state', nowhere])
    expect(refused).toMatchObject({ stdout: '', code: 8 }) // and not after a day of work
    expect(refused.stderr).toContain(`can not write to "${dirname(nowhere)}": it does not exist`)
    const device = await bt(['tracker', ...ANY_PORT, '--state', '/dev/null'])
    expect([device.stderr, device.code]).toEqual(['bt: /dev/null is no file; name one for the state\n', 3])
    writeFileSync(state, 'nonsense')
    const { stderr, code } = await bt(['tracker', ...ANY_PORT, '--state', state])
    expect(code).toBe(3)
    expect(stderr).toContain('is not the state of a tracker')
  })

  test.each([
    ['x', 3, 'line 1: "x" is no info-hash'],
    [undefined, 8, 'there is no file or folder'],
  ])('does not start with a list that says %j', async (text, exit, message) => {
    const allowed = join(tempFolder(), 'allowed')
    if (text !== undefined) writeFileSync(allowed, text)
    const { stderr, code } = await bt(['tracker', ...ANY_PORT, '--allow', allowed])
    expect(code).toBe(exit)
    expect(stderr).toContain(message)
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
      name: 'a.bin',
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

  test('asks for several torrents at once, each a line, and tells who got no answer', async () => {
    const [one, two] = [testTorrent([], 'one'), testTorrent([], 'two')]
    const files = new Map(
      [one, two].map((torrent, i) => [
        Buffer.from(torrent.info.infoHash).toString('latin1'),
        { complete: i, incomplete: 0 },
      ]),
    )
    const tracker = await fakeTracker({ files })
    const dead = `http://127.0.0.1:${await closedPort()}/announce`
    const [first, third] = [testTorrent([[tracker.url]], 'one'), testTorrent([[dead]], 'three')]
    const magnet = `${two.magnet}&tr=${encodeURIComponent(tracker.url)}`
    const { stdout, stderr, code } = await bt(['scrape', first.file, magnet, third.file])
    expect(code).toBe(4)
    expect(stderr.match(/^warning: /gm)).toHaveLength(1)
    expect(stdout).toBe(
      `${one.hash}  ${tracker.url}  complete: 0  downloaded: 0  incomplete: 0  one\n` +
        `${two.hash}  ${tracker.url}  complete: 1  downloaded: 0  incomplete: 0  two\n`,
    )
    expect(tracker.queries.filter(query => query.match(/info_hash=/g)?.length === 2)).toHaveLength(1)
    const json = await bt(['scrape', one.hash, two.hash, one.hash, '--tracker', tracker.url, '--json'])
    const lines = json.stdout.trimEnd().split('\n')
    expect(lines.map(line => (JSON.parse(line) as { infoHash: string }).infoHash)).toEqual([one.hash, two.hash])
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
