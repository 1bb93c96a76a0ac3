// Folders of files, made into torrents, and engines that are closed after the test.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createTorrent } from '../../../src/lib/engine/create-torrent.ts'
import { createEngine, type Engine, type EngineOptions } from '../../../src/lib/engine/engine.ts'
import { fromMetainfo, type TorrentSource } from '../../../src/lib/engine/source.ts'
import type { TorrentSession } from '../../../src/lib/engine/torrent-session.ts'
import type { SessionEvent } from '../../../src/lib/engine/session-events.ts'
import { parseMetainfo } from '../../../src/lib/metainfo/metainfo.ts'
import { seeded } from '../../picker/support.ts'
import { registryOf } from './plugins.ts'

export interface Sample {
  /** The folder that the torrent was made of. */
  readonly path: string
  readonly source: TorrentSource
  readonly files: Readonly<Record<string, Uint8Array>>
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bt-engine-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A torrent of files with so many bytes each, in pieces of 16 KiB. */
export async function makeSample(lengths: Readonly<Record<string, number>>): Promise<Sample> {
  const path = join(await temporaryFolder(), 'sample')
  const random = seeded(1)
  const files: Record<string, Uint8Array> = {}
  for (const [name, length] of Object.entries(lengths)) {
    const bytes = Uint8Array.from({ length }, () => random() * 256)
    files[name] = bytes
    await mkdir(dirname(join(path, name)), { recursive: true })
    await writeFile(join(path, name), bytes)
  }
  const { bytes } = await createTorrent(path, { pieceLength: 16_384 })
  return { path, source: fromMetainfo(parseMetainfo(bytes)), files }
}

/** Listens on the loopback; closed after the test. */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const engine = await createEngine({ host: '127.0.0.1', registry: registryOf(), ...options })
  onTestFinished(() => engine.close())
  return engine
}

/** An engine that has the whole sample and serves it. */
export async function seedEngine(sample: Sample): Promise<{ engine: Engine; address: { host: string; port: number } }> {
  const engine = await openEngine()
  await engine.seed(sample.source, { path: sample.path }).done
  return { engine, address: engine.address ?? { host: '', port: 0 } }
}

export function eventsOf(session: TorrentSession): SessionEvent[] {
  const events: SessionEvent[] = []
  session.subscribe(event => events.push(event))
  return events
}

export function countOf(events: readonly SessionEvent[], type: SessionEvent['type']): number {
  return events.filter(event => event.type === type).length
}

/** Resolves with the first event of the kind that fits. */
export function eventOf<Type extends SessionEvent['type']>(
  session: TorrentSession,
  type: Type,
  fits: (event: Extract<SessionEvent, { type: Type }>) => boolean = () => true,
): Promise<Extract<SessionEvent, { type: Type }>> {
  return new Promise(resolve => {
    const off = session.subscribe(event => {
      if (event.type !== type) return
      const wanted = event as Extract<SessionEvent, { type: Type }>
      if (!fits(wanted)) return
      off()
      resolve(wanted)
    })
  })
}

/** The names of those files that are not in the folder as they should be. */
export async function wrongFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<readonly string[]> {
  const wrong: string[] = []
  for (const [name, expected] of Object.entries(files)) {
    const bytes = await readFile(join(folder, name)).catch(() => undefined)
    if (bytes === undefined || !bytes.equals(expected)) wrong.push(name)
  }
  return wrong
}
