// Which info-hashes a tracker serves: those of a text file, or of the .torrent files in a folder, read again when that
// changes. What can not be read, or makes no sense, leaves the list before it in force.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hex } from '../base/bytes.ts'
import { BtError, messageOf } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { MAX_TORRENT_BYTES } from '../metainfo/limits.ts'
import { parseMetainfo } from '../metainfo/metainfo.ts'
import { diskError, errnoOf } from '../storage/disk-error.ts'
import { parseAllowText } from '../tracker/allow-text.ts'
import { readBounded } from './read-bounded.ts'

/** A million and a half of info-hashes. */
const MAX_LIST_BYTES = 67_108_864

/** Milliseconds between looks at the file: a change must last for one, so that none is read half written. */
const LOOK_INTERVAL = 1000

export interface AllowListOptions {
  /** Called with the number of info-hashes whenever the list was read again. */
  readonly onChange: (size: number) => void
  readonly onWarning: (message: string) => void
  /** Milliseconds. */
  readonly lookInterval?: number
}

/** @throws BtError DISK_*, INPUT_UNREADABLE */
export async function openAllowList(path: string, options: AllowListOptions): Promise<AllowList> {
  const stamp = await stampOf(path)
  return new AllowList(path, await readAllowed(path, options.onWarning), stamp, options)
}

export class AllowList {
  readonly #path: string
  readonly #options: AllowListOptions
  readonly #timer: NodeJS.Timeout
  #hashes: ReadonlySet<string>
  /** The file as it was when it was read … */
  #read: string
  /** … and when it was looked at last. */
  #seen: string
  #work: Promise<void> = Promise.resolve()

  constructor(path: string, hashes: ReadonlySet<string>, stamp: string, options: AllowListOptions) {
    this.#path = path
    this.#options = options
    this.#hashes = hashes
    this.#read = stamp
    this.#seen = stamp
    this.#timer = setInterval(() => void this.#look(), options.lookInterval ?? LOOK_INTERVAL).unref()
  }

  get size(): number {
    return this.#hashes.size
  }

  /** @param infoHash 40 lower-case hexadecimal digits. */
  has(infoHash: string): boolean {
    return this.#hashes.has(infoHash)
  }

  /** Reads the file again, changed or not. Never rejects. */
  reload(): Promise<void> {
    this.#work = this.#work.then(() => this.#reload())
    return this.#work
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #look(): Promise<void> {
    const stamp = await stampOf(this.#path).catch(() => 'gone')
    const settled = stamp === this.#seen
    this.#seen = stamp
    if (settled && stamp !== this.#read) await this.reload()
  }

  async #reload(): Promise<void> {
    this.#read = this.#seen
    try {
      this.#read = await stampOf(this.#path)
      this.#hashes = await readAllowed(this.#path, this.#options.onWarning)
      this.#options.onChange(this.#hashes.size)
    } catch (error) {
      this.#options.onWarning(
        `${messageOf(error)}; the tracker goes on with the ${this.#hashes.size} info-hashes before`,
      )
    }
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    if (errnoOf(error) === 'ENOENT')
      throw new BtError('DISK_NOT_FOUND', `there is no file or folder ${path}`, { cause: error })
    throw diskError(error, path, 'read')
  }
}

type Warn = (message: string) => void

async function readAllowed(path: string, warn: Warn): Promise<ReadonlySet<string>> {
  try {
    if ((await stat(path)).isDirectory()) return await readFolder(path, warn)
    const bytes = await readBounded(path, MAX_LIST_BYTES)
    if (bytes !== undefined) return readText(path, new TextDecoder().decode(bytes))
    throw new BtError('INPUT_UNREADABLE', `${path} is too large for a list of info-hashes`)
  } catch (error) {
    throw diskError(error, path, 'read')
  }
}

function readText(path: string, text: string): ReadonlySet<string> {
  const allowed = parseAllowText(text)
  if (!('line' in allowed)) return allowed
  const { line, found } = allowed
  const shown = found.length > 80 ? `${found.slice(0, 80)}…` : found
  throw new BtError('INPUT_UNREADABLE', `${path}, line ${line}: "${shown}" is no info-hash of 40 hexadecimal digits`)
}

/** A file that is no torrent takes none of the others with it. */
async function readFolder(folder: string, warn: Warn): Promise<ReadonlySet<string>> {
  const hashes = new Set<string>()
  for (const name of await readdir(folder)) {
    if (!/\.torrent$/i.test(name)) continue
    const file = join(folder, name)
    try {
      const bytes = await readBounded(file, MAX_TORRENT_BYTES)
      if (bytes === undefined) throw new Error('it is too large for a torrent')
      for (const hash of hashesOf(bytes)) hashes.add(hash)
    } catch (error) {
      warn(`${file} is left out: ${messageOf(error)}`)
    }
  }
  return hashes
}

/** A hybrid torrent is announced by the hash of either version. */
function hashesOf(bytes: Uint8Array): readonly string[] {
  const { infoHash, infoHashV2 } = parseMetainfo(bytes).info
  return [hex(infoHash), ...(infoHashV2 === undefined ? [] : [hex(infoHashV2.subarray(0, HASH_LENGTH))])]
}
