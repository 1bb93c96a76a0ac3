import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TorrentFolder } from '../../src/lib/engine/torrent-folder.ts'
import { makeContent } from '../cli/support/content.ts'
import { tempFolder } from '../cli/support/run-bt.ts'

const one = makeParts('one.bin')
const two = makeParts('two.bin')
const LOOKS_BEFORE_BROKEN = 5

function makeParts(name: string): Parameters<typeof makeContent>[0] {
  return { name, files: 20_000 }
}

interface Watched {
  readonly path: string
  /** What a look found, as `added one.bin`. */
  readonly look: () => Promise<readonly string[]>
}

function watched(...more: readonly string[]): Watched {
  const path = tempFolder()
  const folder = new TorrentFolder([path, ...more], new AbortController().signal)
  const look = async (): Promise<readonly string[]> => {
    const changes = await folder.look()
    return changes.map(change => {
      if (change.type === 'broken') return `broken ${change.error.code}`
      return `${change.type} ${change.type === 'unreadable' ? change.error.code : change.source.displayName}`
    })
  }
  return { path, look }
}

describe('a folder of torrents', () => {
  it('shows what is put in and what is taken out', async () => {
    const { path, look } = watched()
    copyFileSync(makeContent(one).torrent, join(path, 'a.torrent'))
    writeFileSync(join(path, 'notes.txt'), 'hello')
    expect(await look()).toEqual(['added one.bin'])
    expect(await look()).toEqual([])
    copyFileSync(makeContent(two).torrent, join(path, 'B.TORRENT'))
    expect(await look()).toEqual(['added two.bin'])
    rmSync(join(path, 'a.torrent'))
    expect(await look()).toEqual(['removed one.bin'])
    expect(await look()).toEqual([])
  })

  it('shows a file that is replaced as both, the new one first', async () => {
    const { path, look } = watched()
    copyFileSync(makeContent(one).torrent, join(path, 'a.torrent'))
    await look()
    copyFileSync(makeContent(two).torrent, join(path, 'a.torrent'))
    expect(await look()).toEqual(['added two.bin', 'removed one.bin'])
  })

  it('shows a torrent once, however many files hold it, and until the last is gone', async () => {
    const other = tempFolder()
    const { path, look } = watched(other)
    copyFileSync(makeContent(one).torrent, join(path, 'a.torrent'))
    copyFileSync(makeContent(one).torrent, join(other, 'b.torrent'))
    expect(await look()).toEqual(['added one.bin'])
    renameSync(join(path, 'a.torrent'), join(path, 'c.torrent'))
    expect(await look()).toEqual([])
    rmSync(join(path, 'c.torrent'))
    expect(await look()).toEqual([])
    rmSync(join(other, 'b.torrent'))
    expect(await look()).toEqual(['removed one.bin'])
  })

  it('waits for a file that is half written, and for one that is written over what it held', async () => {
    const { path, look } = watched()
    const bytes = readFileSync(makeContent(one).torrent)
    const file = join(path, 'a.torrent')
    for (const part of [0, 30, bytes.length - 1]) {
      writeFileSync(file, bytes.subarray(0, part))
      expect(await look()).toEqual([])
    }
    writeFileSync(file, bytes)
    expect(await look()).toEqual(['added one.bin'])
    writeFileSync(file, bytes.subarray(0, 30))
    expect(await look()).toEqual([])
    writeFileSync(file, bytes)
    expect(await look()).toEqual([])
  })

  it('calls a file broken once, when it has stayed so, and reads it again when it changes', async () => {
    const { path, look } = watched()
    const file = join(path, 'a.torrent')
    copyFileSync(makeContent(one).torrent, file)
    await look()
    writeFileSync(file, 'no torrent')
    const found: string[] = []
    for (let i = 0; i <= LOOKS_BEFORE_BROKEN + 3; i++) found.push(...(await look()))
    expect(found).toEqual(['broken BENCODE_MALFORMED', 'removed one.bin'])
    copyFileSync(makeContent(two).torrent, file)
    expect(await look()).toEqual(['added two.bin'])
  })

  it('that can not be looked into counts as unchanged, and is told of once', async () => {
    const { path, look } = watched()
    copyFileSync(makeContent(one).torrent, join(path, 'a.torrent'))
    await look()
    renameSync(path, `${path}.gone`)
    expect(await look()).toEqual(['unreadable DISK_NOT_FOUND'])
    expect(await look()).toEqual([])
    renameSync(`${path}.gone`, path)
    expect(await look()).toEqual([])
    rmSync(join(path, 'a.torrent'))
    expect(await look()).toEqual(['removed one.bin'])
  })

  it('is not looked into deeper', async () => {
    const { path, look } = watched()
    mkdirSync(join(path, 'deeper.torrent'))
    copyFileSync(makeContent(one).torrent, join(path, 'deeper.torrent', 'a.torrent'))
    expect(await look()).toEqual([])
  })
})
