import { once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { createTorrent } from '../../src/lib/engine/create-torrent.ts'
import { seedItems, type SeedItem, type SeedItemsOptions } from '../../src/lib/engine/seed-items.ts'
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { makeContent } from '../cli/support/content.ts'
import { tempFolder } from '../cli/support/run-bt.ts'

const TRACKER = 'http://127.0.0.1:1/announce'
const one = makeParts('one.bin')
const two = makeParts('two.bin')

function makeParts(name: string): Parameters<typeof makeContent>[0] {
  return { name, files: 20_000 }
}

function items(words: readonly string[], options: Partial<SeedItemsOptions> = {}): Promise<readonly SeedItem[]> {
  return seedItems(words, {
    trackers: [],
    signal: new AbortController().signal,
    onWarning: () => undefined,
    ...options,
  })
}

/** The name and the path of each. */
const shown = (found: readonly SeedItem[]): readonly unknown[] =>
  found.map(({ source, path }) => [source.displayName, path])

describe('seedItems', () => {
  test('takes a word after a torrent for the place of its content', async () => {
    expect(shown(await items([makeContent(one).torrent, '/somewhere']))).toEqual([['one.bin', '/somewhere']])
  })

  test('takes the word after a web address for that place too', async () => {
    const torrent = readFileSync(makeContent(one).torrent)
    const server = createServer((_, response) => response.end(torrent)).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a`
    expect(shown(await items([url, '/somewhere']))).toEqual([['one.bin', '/somewhere']])
  })

  test('takes a torrent alone for one whose content is in the working folder, or in the folder of all', async () => {
    const { torrent } = makeContent(one)
    expect(shown(await items([torrent]))).toEqual([['one.bin', undefined]])
    expect(shown(await items([torrent], { path: '/all' }))).toEqual([['one.bin', '/all']])
  })

  test.each(['noext', 'A.TORRENT', 'a.bin'])('knows a torrent named %s by what it holds', async name => {
    const torrent = join(tempFolder(), name)
    copyFileSync(makeContent(one).torrent, torrent)
    expect(shown(await items([torrent, '/somewhere']))).toEqual([['one.bin', '/somewhere']])
    expect(shown(await items([torrent]))).toEqual([['one.bin', undefined]])
  })

  test('takes the torrents of a folder whatever the case of their names', async () => {
    const folder = tempFolder()
    copyFileSync(makeContent(one).torrent, join(folder, 'A.TORRENT'))
    expect(shown(await items([folder]))).toEqual([['one.bin', undefined]])
  })

  test('does not share a file that is named as a torrent and is none', async () => {
    const broken = join(tempFolder(), 'broken.torrent')
    writeFileSync(broken, 'hello')
    await expect(items([broken])).rejects.toMatchObject({ code: 'BENCODE_MALFORMED' })
  })

  test.each([
    ['a magnet link', () => makeContent(one).magnet],
    ['an info-hash', () => 'ab'.repeat(20)],
  ])('says of %s before a path that it can not be seeded, whatever the path', async (_, make) => {
    const word = make()
    const refusal = { code: 'USAGE', message: expect.stringContaining('holds no metadata to seed from') as string }
    await expect(items([word, '/nowhere'])).rejects.toMatchObject(refusal)
    await expect(items([word, makeContent(two).writeInto(tempFolder())])).rejects.toMatchObject(refusal)
  })

  test('takes several torrents for what they are', async () => {
    const words = [makeContent(one).torrent, makeContent(two).torrent]
    expect(shown(await items(words, { path: '/all' }))).toEqual([
      ['one.bin', '/all'],
      ['two.bin', '/all'],
    ])
  })

  test('takes a last word behind several torrents, or behind a folder of them, for the place of their content', async () => {
    const [first, second] = [makeContent(one), makeContent(two)]
    const place = tempFolder()
    const folder = tempFolder()
    copyFileSync(second.torrent, join(folder, 'b.torrent'))
    for (const words of [
      [first.torrent, second.torrent, place],
      [first.torrent, folder, place],
    ]) {
      expect(shown(await items(words))).toEqual([
        ['one.bin', place],
        ['two.bin', place],
      ])
    }
    expect(shown(await items([folder, place]))).toEqual([['two.bin', place]])
    await expect(items([first.torrent, second.torrent, place], { path: '/all' })).rejects.toMatchObject({
      code: 'USAGE',
    })
  })

  test('takes a folder of torrents behind several for more of them, unless their content is there', async () => {
    const [first, second, third] = [makeContent(one), makeContent(two), makeContent(makeParts('three.bin'))]
    const folder = tempFolder()
    copyFileSync(third.torrent, join(folder, 'c.torrent'))
    const words = [first.torrent, second.torrent, folder]
    expect((await items(words)).map(({ source }) => source.displayName)).toEqual(['one.bin', 'two.bin', 'three.bin'])
    second.writeInto(folder)
    expect(shown(await items(words))).toEqual([
      ['one.bin', folder],
      ['two.bin', folder],
    ])
  })

  test('makes torrents of content that comes before them, and serves what is the same once, from where it is', async () => {
    const [first, second] = [makeContent(one), makeContent(two)]
    const file = first.writeInto(tempFolder())
    const warnings: string[] = []
    const onWarning = (message: string): void => void warnings.push(message)
    const found = await items([file, second.torrent, second.torrent], { onWarning })
    expect(shown(found)).toEqual([
      ['one.bin', file],
      ['two.bin', undefined],
    ])
    expect(warnings).toEqual(['"two.bin" was given more than once; it is served once'])
    const made = join(tempFolder(), 'made.torrent')
    writeFileSync(made, (await createTorrent(file)).bytes)
    expect(shown(await items([file, made], { path: '/all', onWarning }))).toEqual([['one.bin', file]])
    expect(warnings.at(-1)).toContain('"one.bin" was given more than once')
  })

  test('takes the torrents of a folder by name, and what else is in it for nothing', async () => {
    const folder = tempFolder()
    copyFileSync(makeContent(two).torrent, join(folder, 'b.torrent'))
    copyFileSync(makeContent(one).torrent, join(folder, 'a.torrent'))
    writeFileSync(join(folder, 'notes.txt'), 'hello')
    expect(shown(await items([folder]))).toEqual([
      ['one.bin', undefined],
      ['two.bin', undefined],
    ])
  })

  test('makes a torrent of a file and of a folder without torrents, where they are, with the trackers given', async () => {
    const folder = tempFolder()
    const file = makeContent(one).writeInto(folder)
    const album = join(folder, 'album')
    mkdirSync(album)
    writeFileSync(join(album, 'x'), 'hello')
    const found = await items([file, album], { trackers: [TRACKER] })
    expect(shown(found)).toEqual([
      ['one.bin', file],
      ['album', album],
    ])
    for (const { source, magnet } of found) {
      expect(source.tiers).toEqual([[TRACKER]])
      const parsed = parseMagnet(magnet ?? '')
      expect(hex(parsed.infoHash)).toBe(hex(source.infoHash))
      expect(parsed.trackers).toEqual([TRACKER])
    }
  })

  test('makes a private torrent where it is told to and a tracker is given, and of nothing that is one', async () => {
    const file = makeContent(one).writeInto(tempFolder())
    const [made] = await items([file], { trackers: [TRACKER], private: true })
    expect(made?.source.info?.private).toBe(true)
    const refusal = { code: 'USAGE' }
    await expect(items([file], { private: true })).rejects.toMatchObject(refusal)
    const { torrent } = makeContent(one)
    for (const words of [[torrent], [torrent, file]]) {
      await expect(items(words, { trackers: [TRACKER], private: true })).rejects.toMatchObject(refusal)
    }
  })

  test.each([
    ['a place given twice', async () => [makeContent(one).torrent, '/here'], { path: '/there' }, 'USAGE'],
    ['a magnet link', async () => [makeContent(one).magnet], {}, 'USAGE'],
    ['an info-hash', async () => ['ab'.repeat(20)], {}, 'USAGE'],
    ['a torrent that is not there', async () => ['/nowhere.torrent'], {}, 'DISK_NOT_FOUND'],
    ['content that is not there', async () => ['/nowhere'], {}, 'DISK_NOT_FOUND'],
  ])('refuses %s', async (_, words, options, code) => {
    await expect(items(await words(), options)).rejects.toMatchObject({ code })
  })
})
