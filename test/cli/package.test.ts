import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTorrent } from '../../src/lib/engine/create-torrent.ts'
import { createEngine } from '../../src/lib/engine/engine.ts'
import { fromMetainfo } from '../../src/lib/engine/source.ts'
import { startTracker } from '../../src/lib/engine/tracker-server.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { installPacked, pack, ROOT, type PackedBt } from './support/packed.ts'

let packed: PackedBt

beforeAll(async () => {
  packed = await installPacked()
}, 120_000)
afterAll(() => packed.remove())

describe('the packed program', () => {
  it('runs from another folder, with its bundled plugins', async () => {
    expect(await packed.bt(['decode', 'd3:foo3:bar5:helloi52ee'])).toEqual({
      code: 0,
      stdout: '{"foo":"bar","hello":52}\n',
      stderr: '',
    })
    const refused = await packed.bt([
      'peers',
      join(ROOT, 'test/fixtures/v1-single.torrent'),
      '--tracker',
      'nonsense://x/',
    ])
    expect(refused.stderr).not.toContain('left out: its bt:plugin hook failed')
  })

  it('knows every command of its manifest', async () => {
    const { stdout } = await packed.bt(['--help'])
    for (const command of [
      'decode',
      'info',
      'peers',
      'handshake',
      'download_piece',
      'download',
      'download_magnet',
      'seed',
    ]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    }
  })
})

describe('the library', () => {
  it('does what the README shows', async () => {
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
    const example = /## The library\n+```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
    expect(example).toContain('createEngine')

    const content = randomBytes(100_000)
    const original = join(packed.folder, 'movie.bin')
    await writeFile(original, content)
    const tracker = await startTracker({ host: '127.0.0.1', httpPort: 0 })
    const { bytes } = await createTorrent(original, { tiers: [tracker.urls] })
    await writeFile(join(packed.cwd, 'movie.bin.torrent'), bytes)
    const engine = await createEngine({ host: '127.0.0.1' })
    const listed = new Promise<void>(resolve => {
      const session = engine.seed(fromMetainfo(parseMetainfo(bytes)), { path: original })
      session.subscribe(event => event.type === 'announced' && resolve())
    })
    await listed

    const outcome = await packed.program(example)
    await engine.close()
    await tracker.close()
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout).toContain('100000 bytes')
    expect(await readFile(join(packed.cwd, 'copy.bin'))).toEqual(content)
  })
})

describe('the types', () => {
  const STRICT = {
    strict: true,
    skipLibCheck: false,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: 'ES2022',
    module: 'NodeNext',
    types: ['node'],
    noEmit: true,
  }

  it('are whole, for a strict program that looks into libraries too', async () => {
    const app = join(packed.folder, 'app')
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions: STRICT, files: ['program.mts'] }))
    await writeFile(
      join(app, 'program.mts'),
      `import { BtError, createEngine, loadSource, type ErrorCode, type SessionEventOf } from 'bt-toolbox'
       import type { PluginHook, Tracker } from 'bt-toolbox/plugin'
       import { fakeIo, testKit, trackerContract } from 'bt-toolbox/plugin/testing'

       const tracker: Tracker = { schemes: ['x:'], announce: async () => ({ peers: [], interval: 60 }) }
       export const hook: PluginHook = async ({ kit }) => ({ api: 1, trackers: [tracker, ...(kit ? [] : [])] })
       const cases = trackerContract({ tracker, url: new URL('x://t'), world: () => fakeIo() })
       for (const { name, run } of cases) await run().catch(() => console.log(name, testKit().hex(new Uint8Array(1))))

       const abort = new AbortController()
       const engine = await createEngine({ signal: abort.signal, plugins: [() => ({ api: 1, trackers: [tracker] })] })
       const session = engine.download(await loadSource('a.torrent'), { signal: abort.signal, maxDown: 1e6 })
       session.on('pieceVerified', ({ piece }) => console.log(piece.toFixed()))
       session.subscribe(event => {
         if (event.type === 'announceFailed') console.log(event.error.code satisfies ErrorCode, event.url)
       })
       const failed: SessionEventOf<'announceFailed'>[] = []
       await session.pause()
       await session.resume()
       try {
         await session.done
       } catch (error) {
         if (error instanceof BtError) console.log(error.code === 'STALLED', error.exitCode, failed.length)
       }
       // @ts-expect-error there is no such event
       session.on('nonsense', () => undefined)
       // @ts-expect-error what is internal is not for others
       session.runner
      `,
    )
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', app]).catch(
      (error: unknown) => error as { stdout: string },
    )
    expect(stdout).toBe('')
  })
})

describe("a third party's plugin", () => {
  it('is installed from its tarball, names peers, adds a command, and goes again', async () => {
    const tarball = await pack(join(ROOT, 'examples/bt-plugin-peerfile'), packed.folder)
    expect(await packed.bt(['plugins', 'install', `file:${tarball}`])).toMatchObject({ code: 0 })
    expect((await packed.bt(['plugins'])).stdout).toContain('bt-plugin-peerfile 1.0.0')

    const peer = createServer(socket => socket.destroy())
    await new Promise<void>(resolve => peer.listen(0, '127.0.0.1', resolve))
    const met = new Promise<void>(resolve => peer.once('connection', () => resolve()))
    const address = `127.0.0.1:${(peer.address() as AddressInfo).port}`
    const peers = join(packed.folder, 'peers.txt')
    await writeFile(peers, `${address}\n`)

    expect(await packed.bt(['peerfile_check', peers])).toMatchObject({ code: 0, stdout: `${address}\n` })

    // The peer closes at once: the download gives up, but only after it dialled whom the plugin named.
    const link = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`
    const args = ['download_magnet', link, '--stall-timeout', '1']
    const [download] = await Promise.all([packed.bt(args, { BT_PEERFILE: peers }), met])
    expect([5, 6]).toContain(download.code)
    peer.close()

    expect(await packed.bt(['plugins', 'uninstall', 'bt-plugin-peerfile'])).toMatchObject({ code: 0 })
    expect(await packed.bt(['peerfile_check', peers])).toMatchObject({ code: 2 })
  })
})
