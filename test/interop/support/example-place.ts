/** A folder in which the examples of `--help` have what they name: torrents, content, a plugin, and `bt` itself. */
import { execFile } from 'node:child_process'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildTorrent } from '../../../src/lib/metainfo/create.ts'
import { noise, pieceHashes } from '../../cli/support/content.ts'

const RUN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))
const TRACKER = 'http://127.0.0.1:6969/announce'
const PIECE = 16_384
const PLUGIN = 'bt-plugin-web'

/** The name of the torrent of the examples, and of the folder with its content. */
export const CONTENT = 'album'
/** Its info-hash, as the examples have it: whoever changes the one has to change the other. */
export const HASH = 'd221f03eabf2a61ea8ab64a0afba3d6430970ee4'

const FILES = ['0.flac', '1.flac', '2.flac', '3.flac', '4.flac', '5.srt', '6.txt', '7.mkv']

export interface Place {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/** @param line the example, which finds what it needs, and nothing where it would write. */
export async function examplePlace(root: string, line: string): Promise<Place> {
  const [cwd, home, bin] = [join(root, 'work'), join(root, 'home'), join(root, 'bin')]
  const content = join(home, 'Downloads', CONTENT)
  for (const folder of [bin, content, join(cwd, 'torrents'), join(cwd, 'folder', 'extras')]) {
    await mkdir(folder, { recursive: true })
  }
  await writeFile(join(bin, 'bt'), `#!/bin/sh\nexec ${process.execPath} ${RUN} "$@"\n`, { mode: 0o755 })
  // A player is somebody else's program: this one takes what it is given.
  await writeFile(join(bin, 'mpv'), '#!/bin/sh\nexec cat > /dev/null\n', { mode: 0o755 })
  for (const [name, bytes] of files()) await writeFile(join(content, name), bytes)
  if (/^bt (?:verify|seed)\b/u.test(line)) await cp(content, join(cwd, CONTENT), { recursive: true })
  await writeWork(cwd)
  await cp(join(cwd, 'video.mp4'), join(home, 'Downloads', 'video.mp4'))
  if (line.includes(' b.torrent ') && !line.includes('-o')) await cp(join(cwd, 'a.torrent'), join(cwd, 'b.torrent'))
  // Nothing is overwritten without --force.
  if (/^bt create\b|--save/u.test(line)) await rm(join(cwd, 'a.torrent'))
  if (/^bt plugins\b/u.test(line)) await preparePlugin(cwd, join(home, 'data'), line)
  return { cwd, env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, BT_DATA_DIR: join(home, 'data') } }
}

function files(): readonly (readonly [string, Buffer])[] {
  return FILES.map((name, index) => [name, noise(name, 5_000 + index)])
}

async function writeWork(cwd: string): Promise<void> {
  const torrent = albumTorrent()
  const video = noise('video', 100_000)
  await Promise.all([
    writeFile(join(cwd, 'a.torrent'), torrent),
    writeFile(join(cwd, 'torrents', 'a.torrent'), torrent),
    writeFile(join(cwd, 'video.mp4'), video),
    writeFile(join(cwd, 'new.torrent'), videoTorrent(video)),
    writeFile(join(cwd, 'value.json'), '{"a":[1,"b"]}'),
    writeFile(join(cwd, 'folder', 'c.mkv'), video),
    writeFile(join(cwd, 'folder', 'c.nfo'), 'about'),
    writeFile(join(cwd, 'folder', 'extras', 'd.txt'), 'more'),
  ])
}

export function albumTorrent(): Uint8Array {
  const all = files()
  return buildTorrent({
    name: CONTENT,
    files: all.map(([name, { length }]) => ({ path: [name], length })),
    singleFile: false,
    pieceLength: PIECE,
    pieces: pieceHashes(Buffer.concat(all.map(([, bytes]) => bytes)), PIECE),
    tiers: [[TRACKER]],
  })
}

function videoTorrent(video: Buffer): Uint8Array {
  return buildTorrent({
    name: 'video.mp4',
    files: [{ path: ['video.mp4'], length: video.length }],
    singleFile: true,
    pieceLength: PIECE,
    pieces: pieceHashes(video, PIECE),
    tiers: [['http://old.example/announce']],
  })
}

/** The working folder is a plugin's own, packed in it; what is to be uninstalled is linked before. */
async function preparePlugin(cwd: string, data: string, line: string): Promise<void> {
  const oclif = { hooks: { 'bt:plugin': './hook.js' } }
  const about = { name: PLUGIN, version: '0.1.0', type: 'module', files: ['hook.js'], oclif }
  await writeFile(join(cwd, 'package.json'), JSON.stringify(about))
  await writeFile(join(cwd, 'hook.js'), 'export default async () => ({ api: 1 })\n')
  if (line.includes(' install ')) await promisify(execFile)('npm', ['pack', '--silent'], { cwd })
  if (!line.includes(' uninstall ')) return
  const plugins = [{ name: PLUGIN, type: 'link', root: cwd }]
  await mkdir(data, { recursive: true })
  await writeFile(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }))
}
