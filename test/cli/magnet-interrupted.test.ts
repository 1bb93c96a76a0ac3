// Ctrl-C while the metadata of a magnet link is still looked for: there is nothing yet that could be left behind.
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { start, tempFolder } from './support/run-bt.ts'
import { scriptedPeer } from './support/scripted-peer.ts'
import { testTorrent } from './support/torrents.ts'

const EXTENDED = 20
const METADATA_ID = 42

test.each(['download_magnet', 'magnet_info'])('bt %s ends with 130 while a peer owes it the metadata', async name => {
  const torrent = testTorrent([])
  let heard = (): void => undefined
  const asked = new Promise<void>(resolve => (heard = resolve))
  const peer = await scriptedPeer({
    infoHash: torrent.info.infoHash,
    metadata: torrent.info.raw,
    metadataId: METADATA_ID,
    withholdsMetadata: true,
    onMessage: ({ id, payload }) => {
      if (id === EXTENDED && payload[0] === METADATA_ID) heard()
    },
  })
  const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) })
  const link = `${torrent.magnet}&tr=${encodeURIComponent(tracker.url)}`
  const cwd = tempFolder()
  const running = start([name, link, '--json'], { cwd })
  await asked
  const { code, stdout, stderr } = await running.interrupt()
  expect(code).toBe(130)
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'INTERRUPTED' } })
  expect(stderr).not.toMatch(/warning|fault in bt| at /)
  expect(tracker.queries.at(-1)).toContain('event=stopped')
  expect(readdirSync(cwd)).toEqual([])
})

test('bt download_magnet ends with 130 while the tracker owes it the peers', async () => {
  const tracker = await fakeTracker({ interval: 60 }, { deafTo: 'started' })
  const torrent = testTorrent([[tracker.url]])
  const cwd = tempFolder()
  const running = start(['download_magnet', torrent.magnet], { cwd })
  await tracker.heard('started')
  const { code, stdout, stderr } = await running.interrupt()
  expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  expect(stderr).toContain('interrupted before anybody gave the metadata\n')
  expect(stderr).not.toMatch(/warning|fault in bt/)
  expect(readdirSync(cwd)).toEqual([])
})
