// A torrent of random-looking bytes, and a temporary folder that is gone after the test.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import type { FileEntry, Info } from '../../src/lib/metainfo/metainfo.ts'
import { FileStore, type StoreOptions } from '../../src/lib/storage/files.ts'
import type { Output } from '../../src/lib/storage/output.ts'
import { pieceExtent } from '../../src/lib/storage/plan.ts'

export interface FileSpec {
  readonly path: string
  readonly length: number
  readonly padding?: boolean
  readonly symlink?: readonly string[]
  readonly executable?: boolean
}

export interface Fixture {
  readonly info: Info
  readonly content: Uint8Array
  /** The bytes of one file. */
  bytesOf(file: number): Uint8Array
  piece(index: number): Uint8Array
}

const folders: string[] = []
const stores: FileStore[] = []

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bt-storage-'))
  folders.push(folder)
  return folder
}

/** Closed after the test, if not before. */
export async function openStore(options: StoreOptions): Promise<FileStore> {
  const store = await FileStore.open(options)
  stores.push(store)
  return store
}

/** Of files, or of a single one with this many bytes. */
export function makeTorrent(files: readonly FileSpec[] | number, pieceLength = 16): Fixture {
  const singleFile = typeof files === 'number'
  const specs = singleFile ? [{ path: 'torrent', length: files }] : files
  const entries: FileEntry[] = []
  const parts: Uint8Array[] = []
  let offset = 0
  for (const { path, length, padding = false, ...rest } of specs) {
    entries.push({ path: path.split('/'), length, offset, padding, ...rest })
    parts.push(padding ? new Uint8Array(length) : pseudoRandom(path, length))
    offset += length
  }
  const content = concat(parts)
  const pieceCount = Math.ceil(offset / pieceLength)
  const pieces = Array.from({ length: pieceCount }, (_, i) =>
    sha1(content.subarray(i * pieceLength, (i + 1) * pieceLength)),
  )
  const raw = utf8(JSON.stringify(specs))
  const info: Info = {
    version: 'v1',
    name: 'torrent',
    singleFile,
    pieceLength,
    totalLength: offset,
    pieceCount,
    private: false,
    files: entries,
    pieces: concat(pieces),
    infoHash: infoHash(sha1(raw)),
    raw,
  }
  return {
    info,
    content,
    bytesOf: index => parts[index] ?? new Uint8Array(),
    piece: index => {
      const extent = pieceExtent(info, index)
      return content.subarray(extent.offset, extent.offset + extent.length)
    },
  }
}

/** Bytes of the content, by way of a store. */
export async function readFrom(store: FileStore, offset: number, length: number): Promise<Uint8Array> {
  const data = new Uint8Array(length)
  await store.readScattered(offset, [data])
  return data
}

/** Writes the pieces of a fixture through a store. */
export async function writePieces(store: FileStore, torrent: Fixture, pieces: Iterable<number>): Promise<void> {
  for (const piece of pieces) await store.write(pieceExtent(torrent.info, piece).offset, torrent.piece(piece))
}

/** The whole content as another program would have left it. */
export async function writeContent(torrent: Fixture, output: Output): Promise<void> {
  for (const [index, file] of torrent.info.files.entries()) {
    if (file.padding || file.symlink !== undefined) continue
    const path = output.paths[index] ?? ''
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, torrent.bytesOf(index))
  }
}

export function sha1(data: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha1').update(data).digest())
}

/** The same bytes for the same seed, without a period that a misplaced block could hide in. */
export function pseudoRandom(seed: string, length: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let i = 0; i * 20 < length; i++) blocks.push(sha1(utf8(`${seed} ${i}`)))
  return concat(blocks).slice(0, length)
}
