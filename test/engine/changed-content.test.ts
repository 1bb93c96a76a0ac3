// Files that somebody changes while they are served: no peer ever gets a byte that was not verified.
import { link, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { PeerAddress } from '../../src/lib/base/address.ts'
import type { TorrentSession } from '../../src/lib/engine/torrent-session.ts'
import { countOf, eventOf, eventsOf, makeSample, openEngine, temporaryFolder, type Sample } from './support/content.ts'

const PIECE = 16_384
/** A large file; one that shares its last piece with small ones, which are read many in a go. */
const FILES = {
  'a.bin': 8 * PIECE,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`small/${index}.bin`, PIECE / 4])),
}

interface Other {
  readonly seed: TorrentSession
  readonly address: PeerAddress | undefined
}

interface Served {
  readonly sample: Sample
  readonly seed: TorrentSession
  /** Downloads from the seed, or another, until there is no more to be had. @returns the leech */
  readonly take: (from?: Other) => Promise<TorrentSession>
  readonly address: PeerAddress | undefined
  readonly path: (file: string) => string
}

async function served(): Promise<Served> {
  const sample = await makeSample(FILES)
  const engine = await openEngine()
  const seed = engine.seed(sample.source, { path: sample.path })
  await seed.done
  const { address } = engine
  const take = async (from: Other = { seed, address }): Promise<TorrentSession> => {
    const output = join(await temporaryFolder(), 'copy')
    const leech = await openEngine()
    const session = leech.download(sample.source, { output, peers: from.address ? [from.address] : [] })
    const rejected = eventOf(session, 'pieceRejected').then(() => Promise.reject(new Error('got wrong bytes')))
    const had = new Promise<void>(resolve => {
      const look = (): void => {
        const has = (piece: number): boolean => session.have?.has(piece) === true
        const all = [...Array(session.info?.pieceCount ?? 0).keys()]
        if (all.every(piece => has(piece) || from.seed.have?.has(piece) === false)) resolve()
      }
      session.on('pieceVerified', look)
      from.seed.on('pieceLost', look)
    })
    await Promise.race([had, session.done, rejected])
    return session
  }
  return { sample, seed, take, address, path: file => join(sample.path, file) }
}

/** Changes one byte, in place. */
async function spoil(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(path, bytes, { flag: 'r+' })
}

describe('a seed whose file is changed in place, with the same size', () => {
  it('serves what is still right of it and nothing else, and says which piece is lost', async () => {
    const { seed, take, path } = await served()
    const events = eventsOf(seed)
    await spoil(path('a.bin'), 3 * PIECE + 5)
    const leech = await take()
    expect(seed.have?.has(3)).toBe(false)
    expect(leech.have?.count).toBe(9)
    expect(leech.have?.has(3)).toBe(false)
    expect(events.filter(({ type }) => type === 'pieceLost')).toEqual([{ type: 'pieceLost', piece: 3 }])
    const warning = expect.stringMatching(/^piece 3 is no longer served: ".*a\.bin" was changed by another program/)
    expect(events).toContainEqual({ type: 'warning', message: warning })
  })

  it('is not fooled by a time that was set back', async () => {
    const { seed, take, path } = await served()
    const before = new Date(2020, 1, 1)
    await utimes(path('a.bin'), before, before)
    await take()
    await spoil(path('a.bin'), 0)
    await utimes(path('a.bin'), before, before)
    expect((await take()).have?.has(0)).toBe(false)
    expect(seed.have?.count).toBe(9)
  })

  it('looks again at each further change', async () => {
    const { seed, take, path } = await served()
    await spoil(path('a.bin'), 0)
    await take()
    await spoil(path('a.bin'), PIECE)
    await take()
    expect([0, 1, 2].map(piece => seed.have?.has(piece))).toEqual([false, false, true])
  })

  it('notices it in files so small that many share a piece', async () => {
    const { seed, take, path } = await served()
    await spoil(path('small/5.bin'), 100)
    await take()
    expect(seed.have?.count).toBe(9)
    expect(seed.have?.has(9)).toBe(false)
  })
})

describe('a seed whose file', () => {
  it('is touched, or linked, goes on serving all of it', async () => {
    const { seed, take, path } = await served()
    await take()
    await utimes(path('a.bin'), new Date(), new Date())
    await link(path('small/0.bin'), path('small/link'))
    const leech = await take()
    await leech.done
    expect(seed.have?.complete).toBe(true)
  })

  it('is replaced serves nothing of the new one', async () => {
    const { seed, take, path } = await served()
    await writeFile(path('other'), new Uint8Array(8 * PIECE))
    await rename(path('other'), path('a.bin'))
    const leech = await take()
    expect(countOf(eventsOf(seed), 'pieceLost')).toBe(0)
    // As long as the old one is still open, its bytes are there.
    expect(leech.have?.count).toBe(seed.have?.count)
  })

  it('is cut serves what is before the cut', async () => {
    const { seed, take, path } = await served()
    await truncate(path('a.bin'), 4 * PIECE)
    const leech = await take()
    expect(leech.have?.count).toBe(6)
    expect(seed.have?.count).toBe(6)
  })

  it('is deleted never gives anything wrong', async () => {
    const { seed, take, path } = await served()
    await rm(path('a.bin'))
    const leech = await take()
    // As long as it is still open, its bytes are there.
    expect(leech.have?.count).toBe(seed.have?.count)
  })
})

/** Milliseconds: `LOOK_INTERVAL` of lost-pieces.ts. */
const LOOK_INTERVAL = 30_000

/** @returns what ends the waits for the next look */
function looks(): () => void {
  const real = setTimeout
  const due: (() => void)[] = []
  const wait = (act: () => void, delay?: number): NodeJS.Timeout => {
    if (delay !== LOOK_INTERVAL) return real(act, delay)
    due.push(act)
    return real(() => undefined, delay)
  }
  const spy = vi.spyOn(globalThis, 'setTimeout').mockImplementation(wait)
  onTestFinished(() => spy.mockRestore())
  return () => {
    for (const act of due.splice(0)) act()
  }
}

describe('a seed some of whose bytes were lost and put back', () => {
  const changes: readonly [
    string,
    (file: string) => Promise<void>,
    (file: string, bytes: Uint8Array) => Promise<void>,
  ][] = [
    ['changed and changed back', file => spoil(file, 5), file => spoil(file, 5)],
    ['cut and written again', file => truncate(file, 100), (file, bytes) => writeFile(file, bytes)],
    [
      'cut and replaced',
      file => truncate(file, 100),
      async (file, bytes) => {
        await writeFile(`${file}.new`, bytes)
        await rename(`${file}.new`, file)
      },
    ],
  ]

  it.each(changes)('serves a file again that was %s, also to who was here before', async (_, harm, mend) => {
    const look = looks()
    const { sample, seed, take, path } = await served()
    const found = vi.fn<(event: { piece: number }) => void>()
    seed.on('pieceVerified', found)
    await harm(path('a.bin'))
    const early = await take()
    const lost = 10 - (seed.have?.count ?? 0)
    expect(lost).toBeGreaterThan(0)
    await mend(path('a.bin'), sample.files['a.bin'] ?? new Uint8Array())
    look()
    await early.done
    expect(seed.have?.complete).toBe(true)
    expect(found).toHaveBeenCalledTimes(lost)
    await (
      await take()
    ).done
  })

  it('serves small files again that were deleted', async () => {
    const look = looks()
    const { sample, take, path } = await served()
    await rm(path('small/5.bin'))
    const leech = await take()
    expect(leech.have?.has(9)).toBe(false)
    await writeFile(path('small/5.bin'), sample.files['small/5.bin'] ?? '')
    look()
    await leech.done
  })

  it('serves nothing of what is there but wrong', async () => {
    const look = looks()
    const { sample, seed, take, path } = await served()
    await truncate(path('a.bin'), 100)
    await take()
    const bytes = Uint8Array.from(sample.files['a.bin'] ?? [])
    bytes[3 * PIECE] = (bytes[3 * PIECE] ?? 0) ^ 1
    await writeFile(path('a.bin'), bytes)
    const back = new Promise<void>(resolve => {
      seed.on('pieceVerified', () => {
        if (seed.have?.count === 9) resolve()
      })
    })
    look()
    await back
    const leech = await take()
    expect(leech.have?.count).toBe(9)
    expect(leech.have?.has(3)).toBe(false)
  })
})

it('a download that seeds serves nothing, but wants again, what somebody else has changed in it', async () => {
  const { sample, take, address } = await served()
  const output = join(await temporaryFolder(), 'copy')
  const engine = await openEngine()
  const first = engine.download(sample.source, { output, peers: address ? [address] : [] })
  await first.done
  await spoil(join(output, 'a.bin'), 5 * PIECE)
  const leech = await take({ seed: first, address: engine.address })
  expect(leech.have?.has(5)).toBe(false)
  expect(first.progress()).toMatchObject({ piecesHave: 9, bytesLeft: PIECE })
})
