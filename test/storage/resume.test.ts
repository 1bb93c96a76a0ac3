import { chmod, mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { afterAll, describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { FileStore } from '../../src/lib/storage/files.ts'
import { resolveOutput, type Output } from '../../src/lib/storage/output.ts'
import { wantedPieces } from '../../src/lib/storage/plan.ts'
import {
  loadMetadata,
  loadResume,
  MAX_RECORD,
  removeResume,
  reserveResume,
  saveResume,
} from '../../src/lib/storage/resume.ts'
import { encodeResume } from '../../src/lib/storage/resume-record.ts'
import { verifyContent } from '../../src/lib/storage/verify.ts'
import { makeTorrent, openStore, temporaryFolder, writeContent, writePieces, type Fixture } from './fixture.ts'

const hasher = new Hasher()
afterAll(() => hasher.close())

/** Pieces 0–1: a; 2: a and b; 3: b; 4: b and c; 5: c. */
const many = (): Fixture =>
  makeTorrent([
    { path: 'a', length: 40 },
    { path: 'b', length: 32 },
    { path: 'c', length: 20 },
  ])

class Download {
  readonly torrent: Fixture
  readonly output: Output
  store: FileStore
  have: Bitfield
  private readonly selected: ReadonlySet<number> | undefined

  private constructor(torrent: Fixture, output: Output, store: FileStore, selected: ReadonlySet<number> | undefined) {
    this.torrent = torrent
    this.output = output
    this.store = store
    this.selected = selected
    this.have = new Bitfield(torrent.info.pieceCount)
  }

  static async start(torrent: Fixture, selected?: ReadonlySet<number>): Promise<Download> {
    const output = await resolveOutput(torrent.info, 'out', await temporaryFolder())
    return new Download(torrent, output, await open(torrent, output, selected), selected)
  }

  async get(...pieces: number[]): Promise<void> {
    await writePieces(this.store, this.torrent, pieces)
    for (const piece of pieces) this.have.set(piece)
  }

  async save(metadata?: Uint8Array): Promise<void> {
    const { store, have } = this
    const { info } = this.torrent
    const state = { store, info, have, uploaded: 11, downloaded: 22 }
    await saveResume(metadata === undefined ? state : { ...state, metadata })
  }

  /** A new run of the program on what is on the disk. */
  async restart(selected = this.selected): Promise<{ have: number[]; recheck: number[]; found: number[] }> {
    await this.store.close()
    this.store = await open(this.torrent, this.output, selected)
    const { have, recheck } = await loadResume({ store: this.store, info: this.torrent.info })
    const found = await verifyContent({ hasher, store: this.store, info: this.torrent.info, pieces: recheck })
    return { have: [...have.indices()], recheck: [...recheck.indices()], found: [...found.indices()] }
  }
}

function open(torrent: Fixture, output: Output, selected: ReadonlySet<number> | undefined): Promise<FileStore> {
  return openStore({ info: torrent.info, output, mode: 'write', ...(selected === undefined ? {} : { selected }) })
}

/** Where a record is written before it is renamed into place. */
function draftOf({ output }: Pick<Download, 'output'>): string {
  return join(dirname(output.resumePath), `.new${basename(output.resumePath)}`)
}

/** Gives a file the next nanosecond-free second, as any later change would give it another time. */
async function touch(path: string): Promise<void> {
  const { mtimeMs } = await stat(path)
  await utimes(path, mtimeMs / 1000 + 1, mtimeMs / 1000 + 1)
}

describe('resuming', () => {
  it('trusts all of a clean save, and the totals', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 3)
    await download.save()
    expect(await download.restart()).toEqual({ have: [0, 1, 3], recheck: [], found: [] })
    expect(await loadResume({ store: download.store, info: download.torrent.info })).toMatchObject({
      uploaded: 11,
      downloaded: 22,
    })
  })

  it('verifies the files that changed after the save, as after kill -9, and finds what came late', async () => {
    const download = await Download.start(many())
    await download.get(0, 3, 5)
    await download.save()
    await download.get(1)
    await touch(download.output.paths[0] ?? '')
    expect(await download.restart()).toEqual({ have: [3, 5], recheck: [0, 1, 2], found: [0, 1] })
  })

  it('verifies a file that was too long at the save, which is cut once it is known to be whole', async () => {
    const download = await Download.start(many())
    const { torrent, output } = download
    await writeContent(torrent, output)
    await writeFile(output.paths[0] ?? '', Buffer.concat([torrent.bytesOf(0), Buffer.from('more')]))
    download.have.set(0)
    await download.save()
    expect(await download.restart()).toEqual({ have: [], recheck: [0, 1, 2], found: [0, 1, 2] })
    expect((await stat(output.paths[0] ?? '')).size).toBe(40)
  })

  it('never trusts a piece that was damaged behind its back', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    await download.save()
    const path = download.output.paths[1] ?? ''
    const bytes = await readFile(path)
    bytes[0] = (bytes[0] ?? 0) ^ 1
    await writeFile(path, bytes)
    await touch(path)
    expect(await download.restart()).toEqual({ have: [0, 1, 5], recheck: [2, 3, 4], found: [3, 4] })
  })

  it('never trusts a piece that was damaged before the save', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    const path = download.output.paths[1] ?? ''
    await writeFile(path, Buffer.alloc(1), { flag: 'r+' })
    await download.save()
    expect(await download.restart()).toEqual({ have: [0, 1, 5], recheck: [2, 3, 4], found: [3, 4] })
  })

  it('notices another size even where the time was kept', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    const path = download.output.paths[2] ?? ''
    await utimes(path, 1000, 1000)
    // Or it would have been changed by others.
    await download.restart()
    await download.save()
    await truncate(path, 15)
    await utimes(path, 1000, 1000)
    expect(await download.restart()).toEqual({ have: [0, 1, 2, 3], recheck: [4], found: [4] })
  })

  it('misses the pieces of a file that is gone or cut, without reading', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    await download.save()
    await rm(download.output.paths[2] ?? '')
    expect(await download.restart()).toEqual({ have: [0, 1, 2, 3], recheck: [], found: [] })
    await download.save()
    await writeFile(download.output.paths[0] ?? '', download.torrent.bytesOf(0).subarray(0, 20))
    expect(await download.restart()).toMatchObject({ recheck: [0], found: [0] })
  })

  it('misses the pieces of a file that was gone already at the save', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    await rm(download.output.paths[1] ?? '')
    await download.save()
    expect(await download.restart()).toEqual({ have: [0, 1, 5], recheck: [], found: [] })
  })

  it('verifies whatever exists where there is no usable record', async () => {
    const download = await Download.start(many())
    await writeContent(download.torrent, download.output)
    const all = [0, 1, 2, 3, 4, 5]
    expect(await download.restart()).toEqual({ have: [], recheck: all, found: all })
    for (const bytes of ['', 'not a record', 'd6:format9:bt-resumee']) {
      await writeFile(download.output.resumePath, bytes)
      expect(await download.restart()).toEqual({ have: [], recheck: all, found: all })
    }
  })

  it('reads a record of 64 MiB and none that is longer', async () => {
    const download = await Download.start(many())
    await download.get(0)
    const saved = async (metadata: number): Promise<number> => {
      await download.save(new Uint8Array(metadata))
      return (await stat(download.output.resumePath)).size
    }
    // Of as many digits as the lengths below, so that only the metadata differs.
    const around = (await saved(10_000_000)) - 10_000_000
    expect(await saved(MAX_RECORD - around)).toBe(MAX_RECORD)
    expect((await download.restart()).have).toEqual([0])
    expect(await saved(MAX_RECORD + 1 - around)).toBe(MAX_RECORD + 1)
    expect((await download.restart()).have).toEqual([])
  })

  it('does not believe the record of another torrent', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3, 4, 5)
    await download.save()
    await download.restart()
    const other = makeTorrent([
      { path: 'a', length: 40 },
      { path: 'b', length: 32 },
      { path: 'c', length: 20, executable: true },
    ])
    const { have, recheck } = await loadResume({ store: download.store, info: other.info })
    expect([have.count, recheck.count]).toEqual([0, 6])
  })

  it('has room for the longest record of all files', async () => {
    const { info } = many()
    const output = await resolveOutput(info, undefined, await temporaryFolder())
    await reserveResume(output, info)
    const stamp = { size: info.totalLength, mtimeNs: 9_999_999_999_999_999_999n }
    const longest = encodeResume({
      infoHash: info.infoHash,
      have: new Bitfield(info.pieceCount),
      files: info.files.map(() => ({ place: 'own', stamp })),
      parts: stamp,
      uploaded: Number.MAX_SAFE_INTEGER,
      downloaded: Number.MAX_SAFE_INTEGER,
      metadata: info.raw,
    })
    expect((await stat(draftOf({ output }))).size).toBe(longest.length)
  })

  it('starts from nothing in an empty folder', async () => {
    const download = await Download.start(many())
    expect(await download.restart()).toEqual({ have: [], recheck: [], found: [] })
  })

  it('records what was there when saving began, not what comes meanwhile', async () => {
    const download = await Download.start(many())
    await download.get(0)
    const saving = download.save()
    download.have.set(5)
    await saving
    expect((await download.restart()).have).not.toContain(5)
  })

  it('lets several saves be asked for at once, and the last one counts', async () => {
    const download = await Download.start(many())
    const saves: Promise<void>[] = []
    for (const piece of [0, 3, 5]) {
      await download.get(piece)
      saves.push(download.save())
    }
    await Promise.all(saves)
    expect(await download.restart()).toEqual({ have: [0, 3, 5], recheck: [], found: [] })
  })

  it('goes on saving after a save has failed', async () => {
    const download = await Download.start(many())
    await download.get(0)
    await mkdir(draftOf(download))
    await expect(download.save()).rejects.toMatchObject({ code: 'DISK_FAILED' })
    await rm(draftOf(download), { recursive: true })
    await download.save()
    expect((await download.restart()).have).toEqual([0])
  })
})

describe('resuming a selection', () => {
  const chosen = new Set([1])

  it('trusts pieces whose edges are in the part file, until that changes', async () => {
    const download = await Download.start(many(), chosen)
    await download.get(...wantedPieces(download.torrent.info, chosen).indices())
    await download.save()
    expect(await download.restart()).toEqual({ have: [2, 3, 4], recheck: [], found: [] })
    await touch(download.output.partsPath)
    expect(await download.restart()).toEqual({ have: [3], recheck: [0, 1, 2, 4], found: [2, 4] })
  })

  it('does not trust a piece whose edge was in the part file and is looked for in its own file now', async () => {
    const download = await Download.start(many(), chosen)
    await download.get(2, 3, 4)
    await download.save()
    expect(await download.restart(new Set([0, 1]))).toEqual({ have: [3, 4], recheck: [], found: [] })
  })

  it('goes on using a file that is no longer selected', async () => {
    const download = await Download.start(many())
    await download.get(0, 1, 2, 3)
    await download.save()
    expect(await download.restart(chosen)).toEqual({ have: [0, 1, 2, 3], recheck: [], found: [] })
  })
})

describe('the record on the disk', () => {
  it('replaces the one before, whatever an interrupted save has left', async () => {
    const download = await Download.start(many())
    await download.get(0)
    await download.save()
    await writeFile(draftOf(download), 'half a record')
    await download.get(3)
    await download.save()
    expect((await download.restart()).have).toEqual([0, 3])
    const left = await readdir(dirname(download.output.resumePath))
    expect(left.filter(name => name.startsWith('.new'))).toEqual([])
  })

  it('stays as it was where a new one can not be written', async () => {
    const download = await Download.start(many())
    await download.get(0)
    await download.save()
    await mkdir(join(draftOf(download), 'x'), { recursive: true })
    await download.get(3)
    await expect(download.save()).rejects.toMatchObject({ code: expect.stringMatching(/^DISK_/) as unknown })
    await rm(draftOf(download), { recursive: true })
    const { have, found } = await download.restart()
    expect([...have, ...found].toSorted((a, b) => a - b)).toEqual([0, 3])
  })

  it('is gone after removal, which may be repeated', async () => {
    const download = await Download.start(many())
    await download.get(0)
    await download.save()
    await removeResume(download.output)
    await removeResume(download.output)
    expect(await download.restart()).toEqual({ have: [], recheck: [0, 1], found: [0] })
  })

  it('keeps the metadata of a magnet link, and gives out only what hashes to it', async () => {
    const download = await Download.start(many())
    const { info } = download.torrent
    const { resumePath } = download.output
    expect(await loadMetadata([resumePath], info.infoHash)).toBeUndefined()
    await download.save(info.raw)
    const paths = ['/nowhere/at/all', resumePath]
    expect(new Uint8Array((await loadMetadata(paths, info.infoHash)) ?? [])).toEqual(info.raw)
    await download.save(info.raw.subarray(1))
    expect(await loadMetadata(paths, info.infoHash)).toBeUndefined()
  })

  it.skipIf(process.getuid?.() === 0)('says when it may not be read (root may read anything)', async () => {
    const download = await Download.start(many())
    await download.save()
    await chmod(download.output.resumePath, 0)
    await expect(download.restart()).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
  })
})
