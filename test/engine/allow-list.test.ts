import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { openAllowList, type AllowList } from '../../src/lib/engine/allow-list.ts'
import { buildTorrent } from '../../src/lib/metainfo/create.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bt-allow-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

interface Opened {
  readonly list: AllowList
  /** The next number of info-hashes, or warning. */
  readonly next: () => Promise<number | string>
}

async function open(path: string, lookInterval = 5): Promise<Opened> {
  const heard: (number | string)[] = []
  let wake = (): void => undefined
  const hear = (what: number | string): void => {
    heard.push(what)
    wake()
  }
  const list = await openAllowList(path, { onChange: hear, onWarning: hear, lookInterval })
  onTestFinished(() => list.close())
  const next = async (): Promise<number | string> => {
    while (heard.length === 0) await new Promise<void>(resolve => (wake = resolve))
    return heard.shift() ?? ''
  }
  return { list, next }
}

function torrent(name: string): { readonly bytes: Uint8Array; readonly hash: string } {
  const bytes = buildTorrent({
    name,
    files: [{ path: [name], length: 1 }],
    singleFile: true,
    pieceLength: 16_384,
    pieces: new Uint8Array(20),
    tiers: [],
  })
  return { bytes, hash: hex(parseMetainfo(bytes).info.infoHash) }
}

describe('a file', () => {
  test('is read again when it changes, in place or by another in its place', async () => {
    const [home, path] = [folder(), 'allowed']
    const file = join(home, path)
    writeFileSync(file, `${A}\n`)
    const { list, next } = await open(file)
    expect([list.has(A), list.has(B), list.size]).toEqual([true, false, 1])
    writeFileSync(file, `${A}\n${B}\n`)
    expect(await next()).toBe(2)
    expect(list.has(B)).toBe(true)
    writeFileSync(`${file}.new`, `${B}\n`)
    renameSync(`${file}.new`, file)
    expect(await next()).toBe(1)
    expect(list.has(A)).toBe(false)
  })

  test('that makes no sense any more, or is gone, leaves the list as it was', async () => {
    const file = join(folder(), 'allowed')
    writeFileSync(file, A)
    const { list, next } = await open(file)
    writeFileSync(file, `${A}\nnonsense\n`)
    expect(await next()).toBe(
      `${file}, line 2: "nonsense" is no info-hash of 40 hexadecimal digits; the tracker goes on with the 1 info-hashes before`,
    )
    rmSync(file)
    expect(await next()).toMatch(/^there is no file or folder /)
    expect(list.has(A)).toBe(true)
  })

  test('is read again when somebody says so, changed or not', async () => {
    const file = join(folder(), 'allowed')
    writeFileSync(file, A)
    const { list, next } = await open(file, 1_000_000)
    await list.reload()
    expect(await next()).toBe(1)
  })

  test('that is wrong or not there at the start is an error', async () => {
    const file = join(folder(), 'allowed')
    await expect(open(file)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
    writeFileSync(file, 'x')
    await expect(open(file)).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' })
  })
})

test('a folder allows its torrents, and one more when it comes', async () => {
  const home = folder()
  const [one, two] = [torrent('one'), torrent('two')]
  writeFileSync(join(home, 'one.torrent'), one.bytes)
  writeFileSync(join(home, 'notes.txt'), 'not a torrent')
  const { list, next } = await open(home)
  expect([list.has(one.hash), list.has(two.hash)]).toEqual([true, false])
  writeFileSync(join(home, 'two.torrent'), two.bytes)
  mkdirSync(join(home, 'broken.torrent'))
  expect(await next()).toMatch(/broken\.torrent is left out: /)
  expect(await next()).toBe(2)
  expect(list.has(two.hash)).toBe(true)
})
