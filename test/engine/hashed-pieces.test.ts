import { writeFile } from 'node:fs/promises'
import { afterAll, expect, it, onTestFinished, vi } from 'vitest'
import { HashedPieces } from '../../src/lib/engine/hashed-pieces.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { resolveOutput } from '../../src/lib/storage/output.ts'
import { makeTorrent, openStore, temporaryFolder, writeContent } from '../storage/fixture.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

it('keeps as many bytes as it may of the pieces used last, of all torrents together, and none that is wrong', async () => {
  const torrent = makeTorrent(72)
  const { info } = torrent
  const output = await resolveOutput(info, 'out', await temporaryFolder())
  await writeContent(torrent, output)
  const store = await openStore({ info, output, mode: 'read' })
  const pieces = new HashedPieces(store, info, hasher, 2 * info.pieceLength)
  const digest = vi.spyOn(hasher, 'digest')
  onTestFinished(() => digest.mockRestore())
  const use = async (piece: number, changes = 1): Promise<'kept' | 'hashed' | 'wrong'> => {
    digest.mockClear()
    let found: Uint8Array | undefined
    const right = await pieces.with(piece, changes, bytes => {
      found = bytes.slice()
    })
    if (!right) return 'wrong'
    expect(found).toEqual(torrent.piece(piece))
    return digest.mock.calls.length > 0 ? 'hashed' : 'kept'
  }
  const uses = async (...wanted: number[]): Promise<string[]> => {
    const results: string[] = []
    for (const piece of wanted) results.push(await use(piece))
    return results
  }
  expect(await uses(0, 1, 0, 2, 0, 1)).toEqual(['hashed', 'hashed', 'kept', 'hashed', 'kept', 'hashed'])
  expect(await uses(3, 4, 3)).toEqual(['hashed', 'hashed', 'kept'])
  const others = new HashedPieces(store, info, hasher)
  await others.with(0, 1, () => undefined)
  expect(await uses(3, 4)).toEqual(['kept', 'hashed'])
  await others.with(0, 1, () => undefined)
  expect(await uses(4)).toEqual(['kept'])
  await writeFile(output.paths[0] ?? '', new Uint8Array(72))
  expect([await use(4), await use(4, 2), await use(4, 2)]).toEqual(['kept', 'wrong', 'wrong'])
})
