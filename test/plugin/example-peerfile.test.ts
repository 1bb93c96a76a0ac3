import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Io, PeerAddress, TorrentView } from '../../src/lib/plugin/api.ts'
import { loadPlugins, type OclifConfig } from '../../src/lib/plugin/load.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'

const EXAMPLE = new URL('../../examples/bt-plugin-peerfile/src/', import.meta.url)

interface CheckCommand {
  run(argv: readonly string[], config: OclifConfig): Promise<void>
}

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bt-peerfile-'))
  file = join(folder, 'peers.txt')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

describe('the peer source', () => {
  it('names the peers of the file', async () => {
    await writeFile(file, '# two peers\n192.0.2.7:6881\r\n\n  [2001:db8::1]:51413  \n')
    vi.stubEnv('BT_PEERFILE', file)
    expect(await askSource()).toEqual({
      peers: [
        { host: '192.0.2.7', port: 6881 },
        { host: '2001:db8::1', port: 51_413 },
      ],
      warnings: [],
    })
  })

  it('says nothing where no file is named', async () => {
    vi.stubEnv('BT_PEERFILE', '')
    expect(await askSource()).toEqual({ peers: [], warnings: [] })
  })

  it('warns of a file that it can not use', async () => {
    await writeFile(file, '192.0.2.7:6881\nnonsense\n')
    vi.stubEnv('BT_PEERFILE', file)
    const { peers, warnings } = await askSource()
    expect(peers).toEqual([])
    expect(warnings).toEqual([expect.stringContaining('line 2')])
  })
})

describe('peerfile_check', () => {
  it('prints each address', async () => {
    await writeFile(file, '192.0.2.7:6881\n[2001:db8::1]:51413\n')
    expect(await check([file])).toEqual(['192.0.2.7:6881', '[2001:db8::1]:51413'])
  })

  it.each([
    ['no file', [], 'USAGE'],
    ['two files', ['a', 'b'], 'USAGE'],
    ['an unknown flag', ['--nope'], 'USAGE'],
    ['a file that is not there', ['/nonexistent/peers.txt'], 'INPUT_UNREADABLE'],
  ])('fails with the right code for %s', async (_, argv, code) => {
    await expect(check(argv)).rejects.toMatchObject({ code })
  })

  it('names the line that is wrong', async () => {
    await writeFile(file, '192.0.2.7:6881\n192.0.2.7:0\n')
    await expect(check([file])).rejects.toThrow('line 2: "192.0.2.7:0" is not a peer address')
  })

  it('says so where the host is too old to answer', async () => {
    const { default: command } = (await import(`${EXAMPLE.href}commands/peerfile_check.js`)) as {
      default: CheckCommand
    }
    await expect(command.run([file], configAnswering('other:hook', {}))).rejects.toThrow('update bt')
  })
})

async function askSource(): Promise<{ peers: readonly PeerAddress[]; warnings: readonly string[] }> {
  const { default: hook } = (await import(`${EXAMPLE.href}hook.js`)) as {
    default: (options: { kit: typeof toolkit }) => Promise<unknown>
  }
  const { sources, problems } = await loadPlugins(configAnswering('bt:plugin', await hook({ kit: toolkit })))
  expect(problems).toEqual([])
  const warnings: string[] = []
  const io = {
    signal: new AbortController().signal,
    warn: (message: string) => warnings.push(message),
  } as unknown as Io
  const peers: PeerAddress[] = []
  for (const source of sources) {
    for await (const batch of source.peers({} as TorrentView, io)) peers.push(...batch)
  }
  return { peers, warnings }
}

async function check(argv: readonly string[]): Promise<unknown[]> {
  const { default: command } = (await import(`${EXAMPLE.href}commands/peerfile_check.js`)) as { default: CheckCommand }
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined)
  await command.run(argv, configAnswering('bt:host', { api: 1, kit: toolkit }))
  return log.mock.calls.map(([line]) => line as unknown)
}

/** oclif with one plugin, which answers one hook. */
function configAnswering(hook: string, result: unknown): OclifConfig {
  const plugin = { name: 'bt-plugin-peerfile', type: 'user', hooks: { 'bt:plugin': [{}] } }
  return {
    plugins: new Map([[plugin.name, plugin]]),
    runHook: async (event: string) => ({ failures: [], successes: event === hook ? [{ plugin, result }] : [] }),
  } as unknown as OclifConfig
}
