import { mkdir, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTorrent, planTorrent } from '../../src/lib/engine/create-torrent.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { temporaryFolder } from '../storage/fixture.ts'

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(await temporaryFolder(), 'content')
  await mkdir(folder)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

describe('planTorrent', () => {
  test('says what others will call what they can not name so', async () => {
    const folder = await folderOf({ 'con.txt': 'a', 'A.txt': 'b', 'a.txt': 'c', fine: 'd' })
    const { renamed } = await planTorrent(folder, { name: 'a.' })
    expect(renamed).toEqual([
      { from: 'a.', to: 'a_' },
      { from: 'a.txt', to: 'a.1.txt' },
      { from: 'con.txt', to: '_con.txt' },
    ])
    const { bytes } = await createTorrent(folder)
    const names = parseMetainfo(bytes).info.files.map(({ path }) => path.join('/'))
    expect(names).toEqual(['A.txt', 'a.1.txt', '_con.txt', 'fine'])
  })

  test('refuses pieces so short that nobody would take the torrent', async () => {
    const folder = await folderOf({ a: '' })
    await truncate(join(folder, 'a'), 9_000_000)
    const refused = { code: 'USAGE', message: expect.stringContaining('would be 562500') as string }
    await expect(planTorrent(folder, { pieceLength: 16 })).rejects.toMatchObject(refused)
    expect((await planTorrent(folder, { pieceLength: 32 })).pieceCount).toBe(281_250)
  })

  test.each([
    [{}, 'no files'],
    [{ a: '' }, 'only empty files'],
    [{ '.a': 'a' }, 'nothing but what is left out'],
  ])('has nothing to make of %j', async (files, message) => {
    const refused = { code: 'INPUT_UNREADABLE', message: expect.stringContaining(message) as string }
    await expect(planTorrent(await folderOf(files))).rejects.toMatchObject(refused)
  })
})

describe('createTorrent', () => {
  test('gives the same bytes for the same content and options, and the info-hash that is read from them', async () => {
    const folder = await folderOf({ a: 'a'.repeat(40_000), b: 'b' })
    const options = { tiers: [['http://a/']], nodes: [{ host: 'h', port: 1 }], source: 'S', order: [] }
    const { bytes, infoHash } = await createTorrent(folder, options)
    expect((await createTorrent(folder, options)).bytes).toEqual(bytes)
    expect(parseMetainfo(bytes).info.infoHash).toEqual(infoHash)
  })
})
