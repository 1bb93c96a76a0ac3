// Files of a download that are somebody's by another name too.
import { link, mkdir, readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DownloadTarget } from '../../src/lib/engine/download-storage.ts'
import type { SessionEvent } from '../../src/lib/engine/session-events.ts'
import { eventsOf, makeSample, openEngine, seedEngine, temporaryFolder, type Sample } from './support/content.ts'

const PIECE = 16_384
const SAMPLE = { 'a.bin': 3 * PIECE, 'b.bin': PIECE + 10, 'c.bin': PIECE }

interface Linked {
  readonly sample: Sample
  readonly output: string
  /** What is at the other name. */
  readonly other: () => Promise<Uint8Array>
  readonly download: (target?: DownloadTarget) => Promise<readonly SessionEvent[]>
}

/** A folder with a file of this content, which has another name beside the folder. */
async function linked(name: string, bytes: (sample: Sample) => Uint8Array): Promise<Linked> {
  const sample = await makeSample(SAMPLE)
  const above = await temporaryFolder()
  const output = join(above, 'out')
  await mkdir(output)
  await writeFile(join(above, 'other'), bytes(sample))
  await link(join(above, 'other'), join(output, name))
  const download = async (target: DownloadTarget = {}): Promise<readonly SessionEvent[]> => {
    const { address } = await seedEngine(sample)
    const session = (await openEngine()).download(sample.source, { output, peers: [address], ...target })
    const events = eventsOf(session)
    await session.done
    await session.stop()
    return events
  }
  return { sample, output, other: async () => new Uint8Array(await readFile(join(above, 'other'))), download }
}

const warnings = (events: readonly SessionEvent[]): string[] =>
  events.flatMap(event => (event.type === 'warning' ? [event.message] : []))

/** With what is at its end wrong. */
const spoilt = (bytes: Uint8Array | undefined): Uint8Array => {
  const copy = Uint8Array.from(bytes ?? [])
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
  return copy
}

describe('a download to a file that has another name', () => {
  it('replaces a stranger with overwrite, and leaves it as it is by its other name', async () => {
    const stranger = new TextEncoder().encode('precious')
    const { sample, output, other, download } = await linked('a.bin', () => stranger)
    expect(warnings(await download({ overwrite: true }))).toEqual([
      expect.stringMatching(/^a file has another name too \(hard links\); the download goes on in a copy/),
    ])
    expect(await other()).toEqual(stranger)
    expect(new Uint8Array(await readFile(join(output, 'a.bin')))).toEqual(sample.files['a.bin'])
  })

  it.each(['a.bin', 'b.bin'])('goes on in a copy of %s where some of it is right', async name => {
    const { sample, output, other, download } = await linked(name, ({ files }) => spoilt(files[name]))
    const events = await download()
    expect(await other()).toEqual(spoilt(sample.files[name]))
    expect(new Uint8Array(await readFile(join(output, name)))).toEqual(sample.files[name])
    expect(events.filter(({ type }) => type === 'pieceVerified').length).toBeLessThan(6)
    expect((await readdir(output)).sort()).toEqual(Object.keys(SAMPLE))
  })

  it('cuts a copy where it is too long', async () => {
    const long = ({ files }: Sample): Uint8Array => Uint8Array.of(...(files['c.bin'] ?? []), 1, 2, 3)
    const { sample, output, other, download } = await linked('c.bin', long)
    // Its first piece is in another file.
    await writeFile(join(output, 'b.bin'), sample.files['b.bin'] ?? '')
    await writeFile(join(output, 'a.bin'), sample.files['a.bin'] ?? '')
    await download()
    expect(await other()).toEqual(long(sample))
    expect((await stat(join(output, 'c.bin'))).size).toBe(PIECE)
  })

  it('leaves it linked where all of it is right', async () => {
    const { output, download } = await linked('a.bin', ({ files }) => files['a.bin'] ?? new Uint8Array())
    expect(warnings(await download())).toEqual([])
    expect((await stat(join(output, 'a.bin'))).nlink).toBe(2)
  })

  it('copies a part file too', async () => {
    const { sample, output, download } = await linked('other.bin', () => new Uint8Array())
    const { address } = await seedEngine(sample)
    const first = (await openEngine()).download(sample.source, { output, peers: [address], select: () => [2] })
    await first.done
    await first.stop()
    const parts = (await readdir(output)).find(name => name.endsWith('.bt-parts')) ?? ''
    const backup = join(output, '..', 'backup')
    await link(join(output, parts), backup)
    await truncate(join(output, 'c.bin'), 0)
    await download({ select: () => [0, 2] })
    expect([(await stat(backup)).nlink, (await stat(join(output, parts))).nlink]).toEqual([1, 1])
  })
})
