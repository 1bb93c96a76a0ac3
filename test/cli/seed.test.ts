import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { makeContent, PIECE, pieceOf } from './support/content.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { startSeed } from './support/services.ts'

const PARTS = { name: 'a.bin', files: 4 * PIECE + 5 }

describe('bt seed', () => {
  test('says what it serves and where, then a line for each thing that a peer does', async () => {
    const content = makeContent(PARTS)
    const { seed, address } = await startSeed([content.torrent, content.writeInto(tempFolder())])
    const args = ['download', content.torrent, '--peer', address]
    expect((await bt(args, { cwd: tempFolder() })).code).toBe(0)
    await seed.line(/^127\.0\.0\.1:\d+ left: /)
    const { stdout, stderr, code } = await seed.interrupt()
    expect({ stderr, code }).toEqual({ stderr: 'interrupted: leaving the trackers\n', code: 130 })
    const peer = /^(127\.0\.0\.1:\d+) connected: bt \d+\.\d+$/m.exec(stdout)?.[1] ?? ''
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      `Seeding a.bin (${hex(content.info.infoHash)})`,
      `Listening on ${address}`,
      expect.stringMatching(`^${peer} connected: `),
      `${peer} is downloading`,
    ])
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(`${peer} left: `)
  })

  test('announces itself as a seed where it listens, and that it stopped', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const content = makeContent({ ...PARTS, trackers: [tracker.url] })
    const { seed, address } = await startSeed([content.torrent, content.writeInto(tempFolder()), '--json'])
    // Who leaves before the tracker has answered may not be listed there, and says nothing.
    await seed.line(/"announced"/)
    expect((await seed.interrupt()).code).toBe(130)
    const [started, stopped] = tracker.queries.map(query => new URLSearchParams(query))
    expect(started?.get('left')).toBe('0')
    expect(started?.get('port')).toBe(address.split(':')[1])
    expect(stopped?.get('event')).toBe('stopped')
    // Who had all from the start has not completed anything (BEP 3).
    expect(tracker.queries.some(query => query.includes('event=completed'))).toBe(false)
  })

  test('gives a lone leech everything with --super-seed, piece by piece', async () => {
    const content = makeContent(PARTS)
    const { address } = await startSeed([content.torrent, content.writeInto(tempFolder()), '--super-seed'])
    const cwd = tempFolder()
    expect((await bt(['download', content.torrent, '--peer', address], { cwd })).code).toBe(0)
    expect(readFileSync(join(cwd, 'a.bin'))).toEqual(Buffer.from(content.bytes))
  })

  test('prints JSON lines with --json', async () => {
    const content = makeContent(PARTS)
    const { seed, address } = await startSeed([content.torrent, content.writeInto(tempFolder()), '--json'])
    expect((await bt(['download', content.torrent, '--peer', address], { cwd: tempFolder() })).code).toBe(0)
    await seed.line(/"peerDisconnected"/)
    const { stdout, code } = await seed.interrupt()
    expect(code).toBe(130)
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(events.slice(0, 2)).toEqual([
      { event: 'seeding', name: 'a.bin', infoHash: hex(content.info.infoHash) },
      { event: 'listening', address, port: Number(address.split(':')[1]) },
    ])
    const kinds = events.map(({ event }) => event)
    for (const kind of ['peerConnected', 'uploadStarted', 'peerDisconnected']) expect(kinds).toContain(kind)
    expect(events.at(-1)).toMatchObject({ error: { code: 'INTERRUPTED', exitCode: 130 } })
  })

  test('changes nothing where the content is', async () => {
    const content = makeContent({ name: 'album', files: { 'x.bin': 40_000, 'sub/y.bin': 10 } })
    const folder = tempFolder()
    const { seed } = await startSeed([content.torrent, content.writeInto(folder)])
    await seed.interrupt()
    const names = readdirSync(folder, { recursive: true })
    expect(names.map(String).sort()).toEqual(['album', 'album/sub', 'album/sub/y.bin', 'album/x.bin'])
  })
})

describe('bt seed of several torrents', () => {
  const one = { name: 'one.bin', files: 2 * PIECE }
  const two = { name: 'two', files: { 'x.bin': 40_000, 'sub/y.bin': 10 } }

  test('serves all behind one port, their content in --path', async () => {
    const [first, second] = [makeContent(one), makeContent(two)]
    const folder = tempFolder()
    for (const content of [first, second]) content.writeInto(folder)
    const { address } = await startSeed([first.torrent, second.torrent, '--path', folder])
    await expectServed(address)
  })

  test('serves a folder of torrents, their content in the working folder', async () => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'torrents'))
    for (const content of [makeContent(one), makeContent(two)]) {
      content.writeInto(cwd)
      writeFileSync(join(cwd, 'torrents', `${content.info.name}.torrent`), readFileSync(content.torrent))
    }
    writeFileSync(join(cwd, 'torrents', 'notes.txt'), 'not a torrent')
    const { address } = await startSeed(['torrents'], { cwd })
    await expectServed(address)
  })

  async function expectServed(address: string): Promise<void> {
    const cwd = tempFolder()
    const outcomes = await Promise.all(
      [one, two].map(parts => bt(['download', makeContent(parts).torrent, '--peer', address], { cwd })),
    )
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0])
    expect(makeContent(one).bytes.equals(readFileSync(join(cwd, 'one.bin')))).toBe(true)
    expect(readFileSync(join(cwd, 'two', 'sub', 'y.bin'))).toHaveLength(10)
  }
})

describe('bt seed of what is no torrent yet', () => {
  test('makes a torrent of a file and prints a magnet link that works', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const content = makeContent(PARTS)
    const file = content.writeInto(tempFolder())
    const { seed, address } = await startSeed([file, '--tracker', tracker.url])
    const line = await seed.line(/^Magnet: /)
    const magnet = line.slice('Magnet: '.length)
    expect(magnet).toContain(`&tr=${encodeURIComponent(tracker.url)}`)
    const cwd = tempFolder()
    expect((await bt(['download_magnet', magnet, '--peer', address], { cwd })).code).toBe(0)
    expect(content.bytes.equals(readFileSync(join(cwd, 'a.bin')))).toBe(true)
    expect(readdirSync(dirname(file))).toEqual(['a.bin'])
    await seed.interrupt()
    // Once each, though the tracker is in the torrent and was named too.
    expect(tracker.queries.map(query => /event=started/.test(query) && /left=0/.test(query)).filter(Boolean)).toEqual([
      true,
    ])
  })

  test('makes one of a folder, and shows its link with --json', async () => {
    const content = makeContent({ name: 'album', files: { 'x.bin': 40_000, 'y.bin': 10 } })
    const { seed, address } = await startSeed([content.writeInto(tempFolder()), '--json'])
    const { magnet } = JSON.parse(await seed.line(/"magnet"/)) as { magnet: string }
    const cwd = tempFolder()
    expect((await bt(['download_magnet', magnet, '--peer', address, '-o', 'got'], { cwd })).code).toBe(0)
    expect(readdirSync(join(cwd, 'got'))).toEqual(['x.bin', 'y.bin'])
  })
})

describe('bt seed of part of the content', () => {
  test('serves what is right, and says how much that is', async () => {
    const content = makeContent(PARTS)
    const file = content.writeInto(tempFolder())
    writeFileSync(file, Buffer.concat([content.bytes.subarray(0, 2 * PIECE), Buffer.alloc(PIECE)]))
    const { seed, address } = await startSeed([content.torrent, file])
    expect(await seed.note(/^warning/)).toBe(
      'warning: 2 of 5 pieces of "a.bin" are there and right; only they are served',
    )
    const cwd = tempFolder()
    const args = ['download_piece', '--peer', address, '-o', 'p', content.torrent]
    expect((await bt([...args, '1'], { cwd })).code).toBe(0)
    expect(pieceOf(content, 1).equals(readFileSync(join(cwd, 'p')))).toBe(true)
    expect((await bt([...args, '3', '--stall-timeout', '1'], { cwd })).code).toBe(5)
    expect(readFileSync(file)).toHaveLength(3 * PIECE)
  })
})

describe('bt seed fails', () => {
  test('where nothing is right (7), or nothing is there (8)', async () => {
    const content = makeContent(PARTS)
    const file = join(tempFolder(), 'a.bin')
    writeFileSync(file, Buffer.alloc(content.bytes.length))
    const wrong = await bt(['seed', content.torrent, file])
    expect(wrong).toMatchObject({ stdout: '', code: 7 })
    expect(wrong.stderr).toMatch(/^bt: nothing in .* matches "a\.bin"/)
    expect(await bt(['seed', content.torrent, `${file}.gone`])).toMatchObject({ stdout: '', code: 8 })
    expect(await bt(['seed', `${file}.gone`])).toMatchObject({ stdout: '', code: 8 })
  })

  test('on words that do not fit (2), and on torrents that can not be served (3)', async () => {
    const content = makeContent(PARTS)
    const folder = dirname(content.writeInto(tempFolder()))
    const v2 = fileURLToPath(new URL('../fixtures/v2-single.torrent', import.meta.url))
    expect((await bt(['seed'])).code).toBe(2)
    expect((await bt(['seed', content.magnet])).code).toBe(2)
    expect((await bt(['seed', content.torrent, folder, '--path', folder])).code).toBe(2)
    const unsupported = await bt(['seed', v2, folder])
    expect(unsupported).toMatchObject({ stdout: '', code: 3 })
    expect(unsupported.stderr).toContain('v2-only')
  })

  test('where its port is taken (1), naming it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const port = String((server.address() as AddressInfo).port)
    const content = makeContent(PARTS)
    const file = content.writeInto(tempFolder())
    const outcome = await bt(['seed', content.torrent, file, '--host', '127.0.0.1', '--port', port])
    expect(outcome).toMatchObject({ stdout: '', code: 1 })
    expect(outcome.stderr).toContain(port)
  })
})

test('bt seed goes on when a peer sends nonsense', async () => {
  const content = makeContent(PARTS)
  const { seed, address } = await startSeed([content.torrent, content.writeInto(tempFolder())])
  const [host = '', port = ''] = address.split(':')
  const socket = connect(Number(port), host, () => socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(10)))
  socket.on('error', () => undefined)
  await once(socket, 'close')
  expect((await bt(['download', content.torrent, '--peer', address], { cwd: tempFolder() })).code).toBe(0)
  expect((await seed.interrupt()).code).toBe(130)
})
