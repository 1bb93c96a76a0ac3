import { writeFile } from 'node:fs/promises'
import { afterAll, expect, it } from 'vitest'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { refuseStrangers } from '../../src/lib/storage/strangers.ts'
import { verifyContent } from '../../src/lib/storage/verify.ts'
import { makeTorrent, openStore, temporaryFolder, writePieces } from './fixture.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

it('are not taken for leftovers because the torrent has padding, which is always there', async () => {
  const torrent = makeTorrent([
    { path: 'mine', length: 32 },
    { path: 'pad', length: 16, padding: true },
  ])
  const { info } = torrent
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  const store = await openStore({ info, output, mode: 'write' })
  await writeFile(output.paths[0] ?? '', 'a text that is mine')
  const have = await verifyContent({ store, info, hasher })
  expect([...have.indices()]).toEqual([2])
  const refuse = async (): Promise<void> =>
    refuseStrangers({ output, info, have, files: [0], survey: await store.looks.survey() })
  await expect(refuse()).rejects.toMatchObject({ code: 'USAGE' })
  await writePieces(store, torrent, [0])
  have.set(0)
  await expect(refuse()).resolves.toBeUndefined()
})
