import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { bt, btJson, tempFolder } from './support/run-bt.ts'

const data = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 31) % 251))
const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex')

function folderWithFile(): string {
  const folder = tempFolder()
  writeFileSync(join(folder, 'a.bin'), data)
  return folder
}

describe('bt create', () => {
  test('makes a torrent of a file and prints its info-hash and magnet link', async () => {
    const cwd = folderWithFile()
    const { stdout, code } = await bt(['create', 'a.bin', '--tracker', 'http://127.0.0.1:6969/announce'], { cwd })
    const metainfo = parseMetainfo(readFileSync(join(cwd, 'a.bin.torrent')))
    const hash = hex(metainfo.info.infoHash)
    const tracker = encodeURIComponent('http://127.0.0.1:6969/announce')
    const magnet = `magnet:?xt=urn:btih:${hash}&dn=a.bin&tr=${tracker}`
    expect({ stdout, code }).toEqual({ stdout: `Info Hash: ${hash}\nMagnet: ${magnet}\n`, code: 0 })
    expect(metainfo.info).toMatchObject({ name: 'a.bin', singleFile: true, totalLength: 50_000, pieceLength: 16_384 })
    const pieces = [0, 1, 2, 3].map(i => sha1(data.subarray(i * 16_384, (i + 1) * 16_384)))
    expect(hex(metainfo.info.pieces)).toBe(pieces.join(''))
    expect(metainfo.creationDate).toBeUndefined()
    expect(readdirSync(cwd).sort()).toEqual(['a.bin', 'a.bin.torrent'])
  })

  test('writes everything that its flags name', async () => {
    const cwd = folderWithFile()
    const flags = ['-o', 'out.torrent', '--piece-length', '32K', '--private', '--source', 'XYZ', '--comment', 'hello']
    const trackers = ['--tracker', 'http://a.example/x,y,udp://b.example:80', '--tracker', 'http://c.example/announce']
    const webSeeds = ['--web-seed', 'http://d.example/f', '--web-seed', 'https://e.example/f']
    const nodes = ['--node', 'router.example:6881', '--node', '[::1]:6882', '--name', 'b.bin', '--created-by', 'me']
    const args = ['create', ...flags, ...trackers, ...webSeeds, ...nodes, 'a.bin', '--date', '2026-01-31']
    const created = await btJson<{ infoHash: string; file: string }>(args, { cwd })
    const metainfo = parseMetainfo(readFileSync(join(cwd, 'out.torrent')))
    expect(metainfo).toMatchObject({
      info: { pieceLength: 32_768, private: true, source: 'XYZ', name: 'b.bin', files: [{ path: ['b.bin'] }] },
      tiers: [['http://a.example/x,y', 'udp://b.example:80'], ['http://c.example/announce']],
      webSeeds: ['http://d.example/f', 'https://e.example/f'],
      nodes: [
        { host: 'router.example', port: 6881 },
        { host: '::1', port: 6882 },
      ],
      comment: 'hello',
      createdBy: 'me',
      creationDate: Date.UTC(2026, 0, 31) / 1000,
    })
    expect(created).toMatchObject({ infoHash: hex(metainfo.info.infoHash), name: 'b.bin', pieceLength: 32_768 })
  })

  test('makes a torrent of a folder, without what is hidden, and says so', async () => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'album', 'sub'), { recursive: true })
    writeFileSync(join(cwd, 'album', 'b.txt'), 'b')
    writeFileSync(join(cwd, 'album', 'sub', 'a.txt'), 'a')
    writeFileSync(join(cwd, 'album', '.hidden'), 'h')
    symlinkSync('b.txt', join(cwd, 'album', 'link'))
    const { stderr, code } = await bt(['create', 'album/'], { cwd })
    expect(code).toBe(0)
    expect(stderr).toMatch(/^left out \(hidden, see --hidden\): \.hidden$/m)
    expect(stderr).toMatch(/^left out \(symbolic links, see --follow-symlinks\): link$/m)
    expect(stderr).toMatch(/^2 files, 2 B: 1 piece of 16\.0 KiB$/m)
    const { info } = parseMetainfo(readFileSync(join(cwd, 'album.torrent')))
    expect(info.files.map(({ path }) => path.join('/'))).toEqual(['b.txt', 'sub/a.txt'])
    expect(hex(info.pieces)).toBe(sha1(Buffer.from('ba')))
  })

  test('refuses a folder that is not there before it hashes anything (8)', async () => {
    const cwd = folderWithFile()
    const refused = await bt(['create', 'a.bin', '-o', 'none/a.torrent'], { cwd })
    expect(refused).toMatchObject({ stdout: '', code: 8 })
    // What is hashed is summed up on stderr.
    expect(refused.stderr.trim().split('\n')).toEqual([expect.stringMatching(/can not write to ".*none"/)])
  })

  test('overwrites a file only with --force', async () => {
    const cwd = folderWithFile()
    writeFileSync(join(cwd, 'a.bin.torrent'), 'precious')
    const refused = await bt(['create', 'a.bin'], { cwd })
    expect(refused).toMatchObject({ stdout: '', code: 2 })
    expect(refused.stderr).toMatch(/"a\.bin\.torrent" exists already/)
    expect(readFileSync(join(cwd, 'a.bin.torrent'), 'utf8')).toBe('precious')
    expect((await bt(['create', 'a.bin', '--force'], { cwd })).code).toBe(0)
    expect(parseMetainfo(readFileSync(join(cwd, 'a.bin.torrent'))).info.name).toBe('a.bin')
  })

  test.each(['-', '/dev/stdout'])('writes the torrent to stdout with -o %s, and the lines to stderr', async output => {
    const cwd = folderWithFile()
    const made = await bt(['create', 'a.bin', '-o', output, '--comment', 'x'], { cwd })
    const shown = await bt(['info', '-'], { input: made.stdout })
    expect(made.stderr).toMatch(/^Info Hash: [0-9a-f]{40}$/m)
    expect(made.stderr).toMatch(/^1 file, 48\.8 KiB: 4 pieces of 16\.0 KiB$/m)
    expect(made.code).toBe(0)
    expect(shown.code).toBe(3) // the hashes did not survive being read as text
    const saved = await bt(['create', 'a.bin', '--no-date', '--comment', 'x'], { cwd })
    expect(made.stderr.endsWith(saved.stdout)).toBe(true)
    expect(readFileSync(join(cwd, 'a.bin.torrent')).toString()).toBe(made.stdout)
  })

  test('takes the files that its patterns name, in the order that was asked for, and never the torrent itself', async () => {
    const cwd = tempFolder()
    const album = join(cwd, 'album')
    mkdirSync(join(album, 'extras'), { recursive: true })
    const files = { 'a.mkv': 3, 'b.mkv': 9, 'a.nfo': 1, '.c.mkv': 5, 'Thumbs.db': 2, 'extras/d.mkv': 4 }
    for (const [name, length] of Object.entries(files)) writeFileSync(join(album, name), Buffer.alloc(length, name))
    const filesOf = (): string[] =>
      parseMetainfo(readFileSync(join(album, 'album.torrent'))).info.files.map(({ path }) => path.join('/'))
    expect((await bt(['create', '.'], { cwd: album })).code).toBe(0)
    expect(filesOf()).toEqual(['a.mkv', 'a.nfo', 'b.mkv', 'extras/d.mkv'])
    const patterns = ['--include', '*.{mkv,db}', '--exclude', 'extras', '--hidden', '--junk', '--sort-by', 'size:desc']
    expect((await bt(['create', '.', '--force', ...patterns], { cwd: album })).code).toBe(0)
    expect(filesOf()).toEqual(['b.mkv', '.c.mkv', 'a.mkv', 'Thumbs.db'])
    expect((await bt(['create', 'album', '--exclude', '*'], { cwd })).code).toBe(3)
  })

  test('with --dry-run shows what would be in it, and with --link prints the link alone; neither writes', async () => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'album'))
    writeFileSync(join(cwd, 'album', 'a.bin'), data)
    writeFileSync(join(cwd, 'album', '.b'), 'b')
    const { stdout, stderr } = await bt(['create', 'album', '--dry-run', '--piece-length', '32K'], { cwd })
    expect(stdout).toBe(
      'Name: album\nLength: 50000\nPiece Length: 32768\nPieces: 2\nFiles: 1\nFile 0: a.bin (50000 bytes)\n',
    )
    expect(stderr).toMatch(/^left out \(hidden, see --hidden\): \.b$/m)
    expect(await btJson(['create', 'album', '--dry-run'], { cwd })).toEqual({
      name: 'album',
      length: 50_000,
      pieceLength: 16_384,
      pieceCount: 4,
      files: [{ path: 'a.bin', length: 50_000 }],
      leftOut: [{ path: '.b', reason: 'hidden' }],
    })
    const link = await bt(['create', 'album', '--link'], { cwd })
    expect(link.stdout).toMatch(/^magnet:\?xt=urn:btih:[0-9a-f]{40}&dn=album\n$/)
    expect(readdirSync(cwd)).toEqual(['album'])
  })

  test.each([
    [['--piece-length', '3000'], 2],
    [['--sort-by', 'age'], 2],
    [['--date', 'yesterday'], 2],
    [['--name', '../b'], 2],
    [['--node', 'router'], 2],
    [['--link', '-o', 'a.torrent'], 2],
    [['--piece-length', '8K'], 2],
    [['--tracker', 'nonsense'], 2],
    [['--web-seed', 'udp://a.example/'], 2],
    [['--private'], 2],
    [['-o', 'no/such/folder/a.torrent'], 8],
  ])('refuses %j', async (flags, exitCode) => {
    const cwd = folderWithFile()
    const { stdout, code } = await bt(['create', 'a.bin', ...flags], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: exitCode })
    expect(readdirSync(cwd)).toEqual(['a.bin'])
  })

  test('says that there is nothing to make a torrent of', async () => {
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'empty'))
    expect((await bt(['create', 'missing'], { cwd })).code).toBe(8)
    expect((await bt(['create', 'empty'], { cwd })).code).toBe(3)
    expect(readdirSync(cwd)).toEqual(['empty'])
  })
})
