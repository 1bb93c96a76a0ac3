// The same done to many small files in one go, by the file threads. Whoever asks hears which could not be done, and does
// these one by one.
import { isShared, type SharedBytes } from '../base/bytes.ts'
import { mapConcurrently } from './concurrently.ts'
import { stampOf, type ExactStamp, type Found } from './file-stamp.ts'
import type { FileThreads } from './file-threads.ts'
import type { FilesAnswer, FilesJob } from './file-worker.ts'
import type { Root } from './in-place.ts'

/** Fewer files than this are as well done one by one. */
export const MIN_BUNDLE = 2
/** Bytes of a file that is worth no place among those that stay open: its pieces are few. */
export const SMALL_FILE = 1_048_576
/** Files of one job: enough that the message costs nothing, few enough that threads share the work. */
const MAX_BUNDLE = 256
/** Jobs of one call at a time: two for each thread. All at once would look like a slow disk, and start threads for nothing. */
const BUNDLES_AHEAD = 8

/** Bytes of a small file. */
export interface SmallPart {
  readonly path: string
  /** From the start of the file. */
  readonly position: number
  readonly length: number
  /** Where they are in the data that is written or read. */
  readonly at: number
}

export interface NewPart extends SmallPart {
  /** Bytes of the whole file. */
  readonly size: number
  /** Whether the file may be missing. */
  readonly create: boolean
}

/** @param before undefined where it was not looked at, or nothing was. @param index of the part */
type Noted<P> = (part: P, stamp: ExactStamp, before: ExactStamp | undefined, index: number) => void

export class Bundles {
  readonly #threads: FileThreads
  readonly #root: Root | undefined

  /** @param root below which no symbolic link is followed; undefined: they are, and nothing is written */
  constructor(threads: FileThreads, root: Root | undefined) {
    this.#threads = threads
    this.#root = root
  }

  /**
   * Writes to each file its part of the data. Nobody may write into it meanwhile.
   * @param noted is told of each that was written, as it is now
   * @returns those that are to be written in another way
   */
  async write<P extends NewPart>(
    parts: readonly P[],
    data: Uint8Array,
    noted: Noted<P> = () => undefined,
  ): Promise<P[]> {
    const first = parts[0]?.at ?? 0
    const end = parts.reduce((end, { at, length }) => Math.max(end, at + length), first)
    const numbers = new Float64Array(parts.length * 5)
    let at = 0
    for (const part of parts) {
      numbers[at++] = part.position
      numbers[at++] = part.length
      numbers[at++] = part.at - first
      numbers[at++] = part.size
      numbers[at++] = part.create ? 1 : 0
    }
    const write = async (memory: SharedBytes): Promise<P[]> => {
      const answer = await this.#run('write', parts, numbers, memory)
      note(parts, answer, noted)
      return answer.failed.flatMap(index => parts[index] ?? [])
    }
    const own = data.subarray(first, end)
    if (isShared(own)) return write(own)
    return this.#threads.scratch.use(end - first, memory => {
      memory.set(own)
      return write(memory)
    })
  }

  /**
   * @param put copies bytes that could be read, to the place of `first` and on; parts that follow each other come together
   * @param noted is told of each that was read, as it is now
   * @returns the parts that could not be read
   */
  async read<P extends SmallPart>(
    parts: readonly P[],
    put: (first: SmallPart, bytes: Uint8Array) => void,
    noted: Noted<P> = () => undefined,
  ): Promise<P[]> {
    const numbers = new Float64Array(parts.length * 5)
    let total = 0
    for (const [index, { position, length }] of parts.entries()) {
      numbers.set([position, length, total], index * 5)
      total += length
    }
    return this.#threads.scratch.use(total, async memory => {
      const answer = await this.#run('read', parts, numbers, memory)
      note(parts, answer, noted)
      putRuns(parts, new Set(answer.failed), memory, put)
      return answer.failed.flatMap(index => parts[index] ?? [])
    })
  }

  /** Makes a file without bytes where none is. @returns those that are to be made in another way */
  make<F extends { readonly path: string }>(files: readonly F[]): Promise<F[]> {
    return this.#failed('make', files)
  }

  /** @returns those that are to be flushed in another way */
  flush<F extends { readonly path: string }>(files: readonly F[]): Promise<F[]> {
    return this.#failed('flush', files)
  }

  async #failed<F extends { readonly path: string }>(act: 'make' | 'flush', files: readonly F[]): Promise<F[]> {
    const answers = await this.#each(act, files)
    return answers.flatMap(({ files, answer }) => answer.failed.flatMap(index => files[index] ?? []))
  }

  /** What is at each path; `unknown` is to be found out in another way. */
  async look(paths: readonly string[]): Promise<(Found | 'unknown')[]> {
    const files = paths.map(path => ({ path }))
    const answers = await this.#each('look', files)
    return answers.flatMap(({ files, answer }) => {
      const failed = new Set(answer.failed)
      return files.map((_, index) => (failed.has(index) ? 'unknown' : foundIn(answer, index)))
    })
  }

  /** In jobs of a size; in the order of the files. */
  async #each<F extends { readonly path: string }>(
    act: 'make' | 'flush' | 'look',
    files: readonly F[],
  ): Promise<{ files: readonly F[]; answer: FilesAnswer }[]> {
    const bundles: (readonly F[])[] = []
    for (let at = 0; at < files.length; at += MAX_BUNDLE) bundles.push(files.slice(at, at + MAX_BUNDLE))
    return mapConcurrently(bundles, BUNDLES_AHEAD, async files => ({ files, answer: await this.#run(act, files) }))
  }

  #run(
    act: FilesJob['act'],
    files: readonly { readonly path: string }[],
    numbers: Float64Array = new Float64Array(),
    data?: SharedBytes,
  ): Promise<FilesAnswer> {
    const paths = files.map(({ path }) => path).join('\0')
    return this.#threads.run({
      act,
      root: this.#root,
      count: files.length,
      paths,
      numbers,
      data,
    })
  }
}

/** Calls `put` once for parts that follow each other. `data` has the bytes of all parts, one after the other. */
function putRuns(
  parts: readonly SmallPart[],
  failed: ReadonlySet<number>,
  data: Uint8Array,
  put: (first: SmallPart, bytes: Uint8Array) => void,
): void {
  let first: SmallPart | undefined
  let from = 0
  let end = 0
  for (const [index, part] of parts.entries()) {
    if (first === undefined || failed.has(index) || part.at - first.at !== end - from) {
      if (first !== undefined) put(first, data.subarray(from, end))
      first = failed.has(index) ? undefined : part
      from = end
    }
    end += part.length
  }
  if (first !== undefined) put(first, data.subarray(from, end))
}

function note<P>(parts: readonly P[], answer: FilesAnswer, noted: Noted<P>): void {
  for (const [index, part] of parts.entries()) {
    const stamp = stampOf(foundIn(answer, index))
    if (stamp !== undefined) noted(part, stamp, answer.before && stampOf(foundIn(answer.before, index)), index)
  }
}

function foundIn({ sizes, times }: Pick<FilesAnswer, 'sizes' | 'times'>, index: number): Found {
  const size = sizes?.[index] ?? -1
  if (sizes === undefined || size < 0) return size === -2 ? 'special' : 'nothing'
  return { size, mtimeNs: times?.[index] ?? 0n, ctimeNs: times?.[sizes.length + index] ?? 0n }
}
