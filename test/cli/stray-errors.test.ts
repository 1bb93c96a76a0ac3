import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/packed.ts'
import { bt, tempFolder } from './support/run-bt.ts'

const TORRENT = join(ROOT, 'test/fixtures/v1-single.torrent')

/** `bt peers` with a linked plugin whose tracker does this, then names a peer. */
async function peersWith(statement: string) {
  const [data, plugin] = [tempFolder(), join(tempFolder(), 'bt-plugin-stray')]
  mkdirSync(plugin)
  const oclif = { hooks: { 'bt:plugin': './hook.js' } }
  const about = { name: 'bt-plugin-stray', version: '1.0.0', type: 'module', oclif }
  writeFileSync(join(plugin, 'package.json'), JSON.stringify(about))
  writeFileSync(
    join(plugin, 'hook.js'),
    `const announce = async (url, request, io) => {
      if (request.event === 'started') { ${statement} }
      await io.sleep(20)
      return { peers: [{ host: '192.0.2.7', port: 6881 }], interval: 60 }
    }
    const boom = () => { throw new Error('boom') }
    export default async () => ({ api: 1, trackers: [{ schemes: ['stray:'], announce }] })\n`,
  )
  const plugins = [{ name: about.name, type: 'link', root: plugin }]
  writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }))
  return bt(['peers', TORRENT, '--tracker', 'stray://t/'], { env: { BT_DATA_DIR: data } })
}

test.each([
  ['a timer', 'setTimeout(boom); setTimeout(boom)'],
  ['a promise that nobody waits for', 'void (async () => boom())()'],
])('an error in %s of a plugin is told of once, and the command goes on', async (_, statement) => {
  const { stdout, stderr, code } = await peersWith(statement)
  expect({ stdout, code }).toEqual({ stdout: '192.0.2.7:6881\n', code: 0 })
  const said = stderr.split('\n').filter(line => line.includes('bt-plugin-stray'))
  expect(said).toEqual(['warning: plugin bt-plugin-stray failed in the background: boom; report it to its author'])
})

test('an error of which nobody knows whose it is ends the command, without a stack trace', async () => {
  const { stdout, stderr, code } = await peersWith(`setTimeout(() => { throw 'boom' })`)
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  expect(stderr).toContain('bt: boom\n')
  expect(stderr).not.toContain('    at ')
})
