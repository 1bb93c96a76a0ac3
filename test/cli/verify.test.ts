import { mkdirSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { makeContent } from './support/content.ts'
import { bt, btJson, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

/** A folder with `album.torrent` and the content of it: 7 pieces of 16 KiB. */
async function madeAlbum(): Promise<{ readonly cwd: string; readonly album: string }> {
  const cwd = tempFolder()
  const album = join(cwd, 'album')
  mkdirSync(join(album, 'sub'), { recursive: true })
  writeFileSync(join(album, 'a.bin'), Buffer.alloc(50_000, 'a'))
  writeFileSync(join(album, 'empty'), '')
  writeFileSync(join(album, 'sub', 'b.bin'), Buffer.alloc(50_000, 'b'))
  const { code } = await bt(['create', 'album', '--piece-length', '16K'], { cwd })
  expect(code).toBe(0)
  return { cwd, album }
}

describe('bt verify', () => {
  test('finds whole content complete, from its folder, from the one around it and from far away', async () => {
    const { cwd, album } = await madeAlbum()
    const stdout =
      'complete  a.bin      50000 bytes\ncomplete  empty      0 bytes\ncomplete  sub/b.bin  50000 bytes\n' +
      'Verified Pieces: 7 of 7\n'
    expect(await bt(['verify', 'album.torrent'], { cwd })).toEqual({ stdout, stderr: '', code: 0 })
    expect(await bt(['verify', '../album.torrent', '.'], { cwd: album })).toMatchObject({ stdout, code: 0 })
    expect(await bt(['verify', join(cwd, 'album.torrent'), album])).toMatchObject({ stdout, code: 0 })
  })

  test('names wrong and missing pieces, and changes nothing', async () => {
    const { cwd, album } = await madeAlbum()
    writeFileSync(
      join(album, 'a.bin'),
      Buffer.concat([Buffer.alloc(20_000, 'a'), Buffer.of(0), Buffer.alloc(29_999, 'a')]),
    )
    truncateSync(join(album, 'sub', 'b.bin'), 40_000)
    rmSync(join(album, 'empty'))
    const { stdout, stderr, code } = await bt(['verify', 'album.torrent'], { cwd })
    expect(code).toBe(7)
    expect(stdout).toBe(
      'partial  a.bin      50000 bytes, 3 of 4 pieces\nmissing  empty      0 bytes\n' +
        'partial  sub/b.bin  40000 of 50000 bytes, 2 of 4 pieces\n' +
        'Verified Pieces: 4 of 7\nBad Pieces: 1\nMissing Pieces: 5-6\n',
    )
    expect(stderr).toMatch(/^bt: "album" is not complete: 1 piece wrong, 2 pieces missing; 3 of 3 files affected\n$/)
    expect(readdirSync(album).sort()).toEqual(['a.bin', 'sub'])
  })

  test('takes a file that is too long, and an empty one that is gone, for wrong', async () => {
    const { cwd, album } = await madeAlbum()
    writeFileSync(join(album, 'sub', 'b.bin'), Buffer.alloc(50_001, 'b'))
    expect((await bt(['verify', 'album.torrent'], { cwd })).code).toBe(7)
    writeFileSync(join(album, 'sub', 'b.bin'), Buffer.alloc(50_000, 'b'))
    rmSync(join(album, 'empty'))
    const { stderr, code } = await bt(['verify', 'album.torrent'], { cwd })
    expect(code).toBe(7)
    expect(stderr).toContain('all pieces are right, but not every file')
  })

  test('is one JSON document, also where something is missing', async () => {
    const { cwd, album } = await madeAlbum()
    rmSync(join(album, 'sub'), { recursive: true })
    expect(await btJson(['verify', 'album.torrent'], { cwd })).toMatchObject({
      name: 'album',
      path: album,
      complete: false,
      pieceCount: 7,
      bad: [],
      missing: [3, 4, 5, 6],
      files: [
        { index: 0, path: 'a.bin', state: 'partial', verifiedPieces: 3, pieces: 4 },
        { path: 'empty', state: 'complete' },
        { path: 'sub/b.bin', state: 'missing', verifiedPieces: 0 },
      ],
    })
  })

  test('takes several torrents, and goes on where one can not be verified', async () => {
    const { cwd, album } = await madeAlbum()
    writeFileSync(join(cwd, 'b.bin'), Buffer.alloc(50_000, 'b'))
    expect((await bt(['create', 'b.bin'], { cwd })).code).toBe(0)
    expect((await bt(['verify', 'album.torrent', 'b.bin.torrent', '--quiet'], { cwd })).stdout).toBe(
      'File: album.torrent\nVerified Pieces: 7 of 7\nFile: b.bin.torrent\nVerified Pieces: 4 of 4\n',
    )
    rmSync(join(album, 'empty'))
    const partly = await bt(['verify', '../album.torrent', '../b.bin.torrent', cwd, '-q'], { cwd: album })
    expect(partly.code).toBe(7)
    expect(partly.stdout).toContain('missing  empty  0 bytes\nVerified Pieces: 7 of 7\nFile: ../b.bin.torrent\n')
    const { stdout, code } = await bt(['verify', 'none.torrent', 'album.torrent', 'b.bin.torrent', '--json'], { cwd })
    expect(code).toBe(8)
    const lines = stdout.trim().split('\n').map(line => JSON.parse(line) as object) // prettier-ignore
    expect(lines).toMatchObject([
      { torrent: 'none.torrent', error: { code: 'DISK_NOT_FOUND' } },
      { torrent: 'album.torrent', complete: false },
      { torrent: 'b.bin.torrent', complete: true },
    ])
  })

  test('finds a single file by its name, or whatever name it is given by', async () => {
    const { cwd, album } = await madeAlbum()
    writeFileSync(join(cwd, 'b.bin'), Buffer.alloc(50_000, 'b'))
    expect((await bt(['create', 'b.bin'], { cwd })).code).toBe(0)
    renameSync(join(cwd, 'b.bin'), join(album, 'b.bin'))
    expect((await bt(['verify', 'b.bin.torrent'], { cwd })).code).toBe(7)
    expect((await bt(['verify', 'b.bin.torrent', 'album'], { cwd })).code).toBe(0)
    expect((await bt(['verify', 'b.bin.torrent', 'album/sub/b.bin'], { cwd })).code).toBe(0)
  })

  test('says so where there is nothing to verify, or nothing to verify it by', async () => {
    const { cwd } = await madeAlbum()
    expect((await bt(['verify', 'album.torrent', 'nowhere'], { cwd })).code).toBe(8)
    expect((await bt(['verify', 'aa'.repeat(20)], { cwd })).code).toBe(2)
    const v2 = fileURLToPath(new URL('../fixtures/v2-single.torrent', import.meta.url))
    expect((await bt(['verify', v2], { cwd })).code).toBe(3)
  })
})

test('bt verify counts what was not selected as missing, not as wrong', async () => {
  const content = makeContent({ name: 'album', files: { 'a.bin': 50_000, 'b.bin': 50_000, 'c.bin': 50_000 } })
  const peer = await seedingPeer(content)
  const cwd = tempFolder()
  expect((await bt(['download', content.torrent, '--peer', peer.address, '--select', '1'], { cwd })).code).toBe(0)
  const { stdout, code } = await bt(['verify', content.torrent], { cwd })
  expect(code).toBe(7)
  expect(stdout).toContain('Verified Pieces: 4 of 10\nMissing Pieces: 0-2, 7-9\n')
  expect(stdout).not.toContain('Bad Pieces')
})
