import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterAll, expect, it, onTestFinished, vi } from 'vitest'
import { VerifiedContent } from '../../src/lib/engine/verified-content.ts'
import { FileStore } from '../../src/lib/storage/files.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { makeTorrent, openStore, temporaryFolder, writeContent } from '../storage/fixture.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

it('a lost piece is hashed once for each change of its file, and not at all where none is there', async () => {
  const torrent = makeTorrent(32)
  const { info } = torrent
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  await writeContent(torrent, output)
  const [path = ''] = output.paths
  const right = await readFile(path)
  const store = await openStore({ info, output, mode: 'read' })
  await store.looks.survey()
  const content = new VerifiedContent(store, info, hasher)
  const hashed = vi.spyOn(FileStore.prototype, 'digestInOneFile')
  onTestFinished(() => hashed.mockRestore())
  const look = async (): Promise<[boolean, boolean]> => {
    hashed.mockClear()
    return [await content.isRight(1), hashed.mock.calls.length > 0]
  }
  await writeFile(path, Buffer.alloc(32))
  expect([await look(), await look()]).toEqual([
    [false, true],
    [false, false],
  ])
  await rm(path)
  expect(await look()).toEqual([false, false])
  await writeFile(path, right)
  expect(await look()).toEqual([true, true])
})
