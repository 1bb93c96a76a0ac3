import { copyFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Engine } from '../../src/lib/engine/engine.ts'
import { loadSource } from '../../src/lib/engine/source.ts'
import { TorrentWatch } from '../../src/lib/engine/watch-torrents.ts'
import { makeContent, type TestContent } from '../cli/support/content.ts'
import { tempFolder } from '../cli/support/run-bt.ts'
import { openEngine } from './support/content.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

/** Looks at the folder for each look at content. */
const CONTENT_LOOKS = 5

interface Setup {
  readonly engine: Engine
  readonly tracker: FakeTracker
  readonly folder: string
  readonly content: string
  readonly problems: string[]
  /** Names of what began and ended, and `failed` for what could not be seeded. */
  readonly told: string[]
  readonly look: (times?: number) => Promise<void>
  readonly put: (content: TestContent) => string
}

async function setUp(): Promise<Setup> {
  const tracker = new FakeTracker()
  const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
  const [folder, content] = [tempFolder(), tempFolder()]
  const problems: string[] = []
  const told: string[] = []
  const abort = new AbortController()
  onTestFinished(() => abort.abort())
  const settled: Promise<unknown>[] = []
  const watch = new TorrentWatch(engine, [folder], {
    seed: { path: content, trackers: [TRACKER_URL] },
    signal: abort.signal,
    onProblem: message => problems.push(message),
    onRemoved: session => told.push(`- ${session.info?.name}`),
    onAdded: session => {
      const pieces = session.done.then(
        () => told.push(`+ ${session.info?.name} ${session.have?.count}`),
        () => told.push(`failed ${session.info?.name}`),
      )
      settled.push(pieces)
    },
  })
  const look = async (times = 1): Promise<void> => {
    for (let i = 0; i < times; i++) await watch.look()
    await Promise.all(settled)
  }
  const put = ({ torrent, info }: TestContent): string => {
    const file = join(folder, `${info.name}.torrent`)
    copyFileSync(torrent, file)
    return file
  }
  return { engine, tracker, folder, content, problems, told, look, put }
}

const parts = { name: 'one.bin', files: 50_000 }

describe('a watched folder', () => {
  it('begins what is put in and ends what is taken out, and the tracker hears of both', async () => {
    const { engine, tracker, content, told, look, put } = await setUp()
    const one = makeContent(parts)
    one.writeInto(content)
    const file = put(one)
    await look()
    expect(told).toEqual(['+ one.bin 4'])
    await expect.poll(() => tracker.events()).toEqual(['started'])
    rmSync(file)
    await look()
    expect(told).toEqual(['+ one.bin 4', '- one.bin'])
    expect(tracker.events()).toEqual(['started', 'stopped'])
    expect(engine.torrents).toEqual([])
  })

  it('begins anew when content that was not there has come, and not while it comes', async () => {
    const { content, told, look, put } = await setUp()
    const one = makeContent(parts)
    put(one)
    await look(2 * CONTENT_LOOKS)
    expect(told).toEqual(['failed one.bin'])
    writeFileSync(join(content, 'one.bin'), one.bytes.subarray(0, 20_000))
    await look(CONTENT_LOOKS)
    one.writeInto(content)
    await look(CONTENT_LOOKS)
    expect(told).toEqual(['failed one.bin'])
    await look(CONTENT_LOOKS)
    expect(told).toEqual(['failed one.bin', '+ one.bin 4'])
    await look(2 * CONTENT_LOOKS)
    expect(told).toHaveLength(2)
  })

  it('begins anew what was there in part only, when there is more', async () => {
    const { content, told, look, put } = await setUp()
    const one = makeContent(parts)
    put(one)
    writeFileSync(join(content, 'one.bin'), one.bytes.subarray(0, 20_000))
    await look(2 * CONTENT_LOOKS)
    expect(told).toEqual(['+ one.bin 1'])
    one.writeInto(content)
    await look(2 * CONTENT_LOOKS)
    expect(told).toEqual(['+ one.bin 1', '+ one.bin 4'])
  })

  it('says what else is served under the same hash already', async () => {
    const { engine, content, problems, look, put } = await setUp()
    const one = makeContent(parts)
    await engine
      .seed(await loadSource(one.torrent, new AbortController().signal), { path: content })
      .done.catch(() => undefined)
    put(one)
    await look()
    expect(problems).toEqual([expect.stringContaining('was added already')])
  })
})
