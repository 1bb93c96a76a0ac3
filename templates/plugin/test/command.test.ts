import assert from 'node:assert/strict'
import { mock, test } from 'node:test'
import { fakeHost, testKit } from 'bt-toolbox/plugin/testing'
import command from '../src/commands/sample_size.js'

const infoHash = testKit().infoHash(new Uint8Array(20))

test('prints name and size', async () => {
  const log = mock.method(console, 'log', () => undefined)
  const host = fakeHost({ torrents: { 'a.torrent': { infoHash, name: 'a', totalLength: 7 } } })
  await command.run(['a.torrent'], host)
  log.mock.restore()
  assert.deepEqual(log.mock.calls[0]?.arguments, ['a: 7 bytes'])
  assert.equal(host.openEngines, 0)
})

test('takes one torrent', async () => {
  await assert.rejects(command.run([], fakeHost()), { code: 'USAGE' })
  await assert.rejects(command.run(['a', 'b'], fakeHost()), { code: 'USAGE' })
})
