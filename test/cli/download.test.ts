import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { makeContent, PIECE, type TestContent } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer, type SeedingPeer } from './support/seeding-peer.ts'
import { startSeed, startTracker } from './support/services.ts'

const ALBUM = { 'a.bin': 50_000, empty: 0, 'sub/b.bin': 30_000, 'sub/deep/c.bin': 20_001 }

/** Every file below a folder, with slashes, sorted. */
function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

function expectAlbum(folder: string, content: TestContent): void {
  expect(filesIn(folder)).toEqual([...content.files.keys()].sort())
  for (const [path, data] of content.files) expect(data.equals(readFileSync(join(folder, path)))).toBe(true)
}

async function seeded(): Promise<{ readonly content: TestContent; readonly peer: SeedingPeer; readonly cwd: string }> {
  const content = makeContent({ name: 'a.bin', files: 5 * PIECE + 77 })
  return { content, peer: await seedingPeer(content), cwd: tempFolder() }
}

describe('bt download from bt seed', () => {
  test('gets a file from a peer that was named; lines for people go to stderr, stdout stays empty', async () => {
    const content = makeContent({ name: 'a.bin', files: 300_000 })
    const folder = tempFolder()
    const { address } = await startSeed([content.torrent, content.writeInto(folder)])
    const out = join(folder, 'copy.bin')
    const { stdout, stderr, code } = await bt(['download', content.torrent, '--peer', address, '-o', out])
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toMatch(
      /^downloading a\.bin \(1 file, 293 KiB, 19 pieces\)\ndone: 293 KiB in .* s \(.* .?i?B\/s\)\n$/,
    )
    expect(content.bytes.equals(readFileSync(out))).toBe(true)
    expect(filesIn(folder)).toEqual(['a.bin', 'copy.bin'])
  })

  test('gets a folder of files through bt tracker, over HTTP and over UDP, and from a magnet link', async () => {
    const { http, udp } = await startTracker()
    const content = makeContent({ name: 'album', files: ALBUM, trackers: [http] })
    const overUdp = makeContent({ name: 'album', files: ALBUM, trackers: [udp] })
    await startSeed([content.torrent, content.writeInto(tempFolder()), '--tracker', udp])
    const folder = tempFolder()
    const outcomes = await Promise.all([
      bt(['download', content.torrent, '-o', join(folder, 'http')]),
      bt(['download', overUdp.torrent, '-o', join(folder, 'udp')]),
      bt(['download_magnet', content.magnet, '-o', join(folder, 'magnet')]),
      bt(['magnet_download', content.magnet], { cwd: folder }),
    ])
    expect(outcomes.map(({ stdout, code }) => ({ stdout, code }))).toEqual(
      outcomes.map(() => ({ stdout: '', code: 0 })),
    )
    for (const name of ['http', 'udp', 'magnet', 'album']) expectAlbum(join(folder, name), content)
  })
})

describe('bt download -o', () => {
  test('is the file itself, also in folders that are not there yet', async () => {
    const { content, peer, cwd } = await seeded()
    const args = ['download', content.torrent, '--peer', peer.address, '-o', 'new/folder/x.bin']
    expect((await bt(args, { cwd })).code).toBe(0)
    expect(filesIn(cwd)).toEqual(['new/folder/x.bin'])
    expect(content.bytes.equals(readFileSync(join(cwd, 'new/folder/x.bin')))).toBe(true)
  })

  test('is the folder that a file goes into where it is one, or ends in a slash; the working folder without', async () => {
    const { content, peer, cwd } = await seeded()
    mkdirSync(join(cwd, 'there'))
    const args = ['download', content.torrent, '--peer', peer.address]
    const codes = [
      (await bt([...args, '-o', 'there'], { cwd })).code,
      (await bt([...args, '-o', 'made/'], { cwd })).code,
      (await bt(args, { cwd })).code,
    ]
    expect(codes).toEqual([0, 0, 0])
    expect(filesIn(cwd)).toEqual(['a.bin', 'made/a.bin', 'there/a.bin'])
  })

  test('is the folder of many files itself, even where it exists; without it, the name of the torrent', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'there'))
    const args = ['download', content.torrent, '--peer', peer.address]
    expect((await bt([...args, '-o', 'there'], { cwd })).code).toBe(0)
    expect((await bt(args, { cwd })).code).toBe(0)
    expect(readdirSync(cwd).sort()).toEqual(['album', 'there'])
    expectAlbum(join(cwd, 'there'), content)
    expectAlbum(join(cwd, 'album'), content)
  })
})

describe('bt download --select', () => {
  test('leaves nothing but what was selected, though its pieces hold parts of other files', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address, '--select', '2']
    const { stderr, code } = await bt(args, { cwd })
    expect({ stderr, code }).toMatchObject({ code: 0 })
    // sub/b.bin is bytes 50,000 to 80,000: pieces 3 and 4, the first shared with a.bin.
    expect(peer.takeGiven()).toEqual([3, 4])
    const album = join(cwd, 'album')
    expect(filesIn(album).filter(path => !path.endsWith('.bt-parts') && !path.endsWith('.bt-resume'))).toEqual([
      'sub/b.bin',
    ])
    expect(content.files.get('sub/b.bin')?.equals(readFileSync(join(album, 'sub/b.bin')))).toBe(true)
  })

  test('says how many files were selected, and the bytes of their pieces, of all', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content)
    const args = ['download', content.torrent, '--peer', peer.address, '--select', '2']
    const { stderr } = await bt(args, { cwd: tempFolder() })
    expect(stderr).toMatch(/^downloading album \(1 of 4 files, 32\.0 KiB of 97\.7 KiB\)$/m)
    const { stdout } = await bt([...args, '--json'], { cwd: tempFolder() })
    expect(stdout).toContain('{"event":"stage","stage":"downloading","selected":[2]}')
  })

  test('goes on to the rest later, without asking for the files that are there', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address]
    expect((await bt([...args, '--select', '0,3'], { cwd })).code).toBe(0)
    expect(peer.takeGiven()).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect((await bt(args, { cwd })).code).toBe(0)
    // The pieces that hold sub/b.bin.
    expect(peer.takeGiven()).toEqual([3, 4])
    expectAlbum(join(cwd, 'album'), content)
  })

  test('is taken from the magnet link where that names files (BEP 53), unless the user says otherwise', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content, { withMetadata: true })
    const cwd = tempFolder()
    const args = ['download_magnet', `${content.magnet}&so=0`, '--peer', peer.address]
    expect((await bt([...args, '-o', 'link'], { cwd })).code).toBe(0)
    expect((await bt([...args, '-o', 'user', '--select', '1'], { cwd })).code).toBe(0)
    expect(readdirSync(join(cwd, 'link')).filter(name => !name.startsWith('.'))).toEqual(['a.bin'])
    expect(readdirSync(join(cwd, 'user')).filter(name => !name.startsWith('.'))).toEqual(['empty'])
  })
})

describe('bt download takes the torrent', () => {
  test('from standard input, and from a web server', async () => {
    const { content, peer, cwd } = await seeded()
    const torrent = readFileSync(content.torrent)
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/a.torrent' ? 200 : 404
      response.end(request.url === '/a.torrent' ? torrent : '')
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const input = await bt(['download', '-', '--peer', peer.address, '-o', 'in.bin'], { cwd, input: torrent })
    const web = await bt(['download', `${url}/a.torrent`, '--peer', peer.address, '-o', 'web.bin'], { cwd })
    expect([input.code, web.code]).toEqual([0, 0])
    for (const name of ['in.bin', 'web.bin']) expect(content.bytes.equals(readFileSync(join(cwd, name)))).toBe(true)
    const gone = await bt(['download', `${url}/b.torrent`, '--peer', peer.address], { cwd })
    expect(gone).toMatchObject({ stdout: '', code: 4 })
    expect(gone.stderr).toContain('404')
  })
})

describe('bt download over what is on the disk', () => {
  test('asks nobody for what is there', async () => {
    const { content, peer } = await seeded()
    const cwd = dirname(content.writeInto(tempFolder()))
    const { stdout, stderr, code } = await bt(['download', content.torrent, '--peer', peer.address], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toMatch(/^done: all 80\.1 KiB were there already\n/m)
    expect(peer.takeGiven()).toEqual([])
    expect(filesIn(cwd)).toEqual(['a.bin'])
  })

  test('repairs what is wrong, and gets only that', async () => {
    const { content, peer, cwd } = await seeded()
    const damaged = Buffer.from(content.bytes)
    damaged.fill(0, PIECE + 5, PIECE + 6)
    writeFileSync(join(cwd, 'a.bin'), Buffer.concat([damaged.subarray(0, 4 * PIECE + 10)]))
    expect((await bt(['download', content.torrent, '--peer', peer.address], { cwd })).code).toBe(0)
    expect(peer.takeGiven()).toEqual([1, 4, 5])
    expect(content.bytes.equals(readFileSync(join(cwd, 'a.bin')))).toBe(true)
  })
})

describe('bt download --json', () => {
  test('prints an object a line on stdout, the last of them `done`', async () => {
    const { content, peer, cwd } = await seeded()
    const args = ['download', content.torrent, '--peer', peer.address, '--json']
    const { stdout, stderr, code } = await bt(args, { cwd })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(events[0]).toMatchObject({ event: 'stage', stage: 'checking' })
    expect(events).toContainEqual(expect.objectContaining({ event: 'peerConnected', peer: peer.address }))
    expect(events.at(-1)).toMatchObject({
      event: 'done',
      stage: 'seeding',
      name: 'a.bin',
      downloaded: content.bytes.length,
      bytesTotal: content.bytes.length,
      bytesDone: content.bytes.length,
      bytesLeft: 0,
    })
  })

  test('ends with an `error` object where it fails', async () => {
    const { content, cwd } = await seeded()
    const { stdout, code } = await bt(['download', content.torrent, '--json'], { cwd })
    expect(code).toBe(5)
    const last = stdout.trimEnd().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toMatchObject({ error: { code: 'NO_PEERS', exitCode: 5 } })
  })
})

describe('bt download where another file is', () => {
  test('leaves it alone (2), unless it is told to replace it', async () => {
    const { content, peer, cwd } = await seeded()
    const mine = join(cwd, 'a.bin')
    writeFileSync(mine, 'mine')
    const args = ['download', content.torrent, '--peer', peer.address]
    const { code, stderr } = await bt(args, { cwd })
    expect(code).toBe(2)
    expect(stderr).toMatch(/^bt: ".*a\.bin" is another file: it has 4 bytes, not 81997, .* --force$/m)
    expect(readFileSync(mine, 'utf8')).toBe('mine')
    expect(filesIn(cwd)).toEqual(['a.bin'])
    expect((await bt([...args, '--force'], { cwd })).code).toBe(0)
    expect(content.bytes.equals(readFileSync(mine))).toBe(true)
  })

  test('goes on with one that was killed in the middle of its first write', async () => {
    const { content, peer, cwd } = await seeded()
    writeFileSync(join(cwd, 'a.bin'), content.bytes.subarray(0, 1000))
    writeFileSync(join(cwd, `.new.${hex(content.info.infoHash)}.bt-resume`), 'room for the record')
    expect((await bt(['download', content.torrent, '--peer', peer.address], { cwd })).code).toBe(0)
    expect(content.bytes.equals(readFileSync(join(cwd, 'a.bin')))).toBe(true)
    expect(filesIn(cwd)).toEqual(['a.bin'])
  })

  test('repairs what is of the same size, or part of a torrent some of which is there', async () => {
    const content = makeContent({ name: 'album', files: ALBUM })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const album = content.writeInto(cwd)
    writeFileSync(join(album, 'sub', 'b.bin'), 'edited')
    writeFileSync(join(album, 'empty'), 'no more')
    expect((await bt(['download', content.torrent, '--peer', peer.address], { cwd })).code).toBe(0)
    expectAlbum(album, content)
  })
})
