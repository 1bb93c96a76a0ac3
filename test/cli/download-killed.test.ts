// `kill -9` again and again at moments that the seed chooses; bench/faults does it at random ones.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, start, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

/** A file that pieces lie in, and small ones that share pieces, written in bundles. */
const FILES = {
  'large.bin': 6 * PIECE + 100,
  ...Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`small/${index}.bin`, 6_000 + index])),
}

test.each([
  ['one file', 10 * PIECE - 7],
  ['many files', FILES],
])(
  'bt download of %s, killed while it downloads and while it resumes, gets the rest and the right bytes',
  async (_, files) => {
    const content = makeContent({ name: 'killed', files })
    const cwd = tempFolder()
    const args = (address: string): string[] => ['download', content.torrent, '--json', '--peer', address]
    const given: number[] = []
    for (const limit of [1, 4]) {
      const peer = await seedingPeer(content, { limit })
      const running = start(args(peer.address), { cwd })
      await peer.exhausted()
      const before = given.length
      await running.line(new RegExp(`"progress".*"piecesHave":${before + limit},`))
      running.signal('SIGKILL')
      await running.ended
      given.push(...peer.takeGiven())
    }
    const peer = await seedingPeer(content)
    expect((await bt(args(peer.address), { cwd })).code).toBe(0)
    given.push(...peer.takeGiven())
    // What was stored when it was killed was never asked for again.
    expect(given.sort((a, b) => a - b)).toEqual(Array.from({ length: content.info.pieceCount }, (_, piece) => piece))
    for (const [path, bytes] of content.files) {
      const file = typeof files === 'number' ? join(cwd, path) : join(cwd, 'killed', path)
      expect(readFileSync(file).equals(bytes)).toBe(true)
    }
    expect(existsSync(join(cwd, 'killed', '.bt-lock'))).toBe(false)
  },
)
