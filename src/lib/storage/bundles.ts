// The same done to many small files in one go, by the file threads. Whoever asks hears which could not be done, and does
// these one by one.
import type { OwnedBytes } from '../base/bytes.ts'
import type { FileStamp } from './file-stamp.ts'
import type { FileThreads } from './file-threads.ts'
import type { FilesAnswer, FilesJob } from './file-worker.ts'

/** Fewer files than this are as well done one by one. */
export const MIN_BUNDLE = 2
/** Bytes of a file that is worth no place among those that stay open: its pieces are few. */
export const SMALL_FILE = 1_048_576
/** Files of one job: enough that the message costs nothing, few enough that threads share the work. */
const MAX_BUNDLE = 256
/** Memory kept for the next writes: as many as threads may be busy with. */
const MAX_FREE = 4

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

export class Bundles {
  readonly #threads: FileThreads
  readonly #root: string | undefined
  readonly #free: OwnedBytes[] = []

  /** @param root below which no symbolic link is followed; undefined: they are, and nothing is written */
  constructor(threads: FileThreads, root: string | undefined) {
    this.#threads = threads
    this.#root = root
  }

  /** Writes to each file its part of the data, which is copied. @returns those that are to be written in another way */
  async write<P extends NewPart>(parts: readonly P[], data: Uint8Array): Promise<P[]> {
    const first = parts[0]?.at ?? 0
    const end = parts.reduce((end, { at, length }) => Math.max(end, at + length), first)
    const memory = this.#memory(end - first)
    memory.set(data.subarray(first, end))
    const numbers = parts.flatMap(({ position, length, at, size, create }) => {
      return [position, length, at - first, size, create ? 1 : 0]
    })
    const answer = await this.#run('write', parts, numbers, memory)
    if (answer.data !== undefined && this.#free.length < MAX_FREE) this.#free.push(answer.data)
    return answer.failed.flatMap(index => parts[index] ?? [])
  }

  /** @param put called with the bytes of each that could be read. @returns the others */
  async read<P extends SmallPart>(parts: readonly P[], put: (part: P, bytes: Uint8Array) => void): Promise<P[]> {
    let start = 0
    const starts = parts.map(({ length }) => (start += length) - length)
    const numbers = parts.flatMap(({ position, length }, index) => [position, length, starts[index] ?? 0, 0, 0])
    const { failed, data = new Uint8Array() } = await this.#run('read', parts, numbers)
    const left = new Set(failed)
    for (const [index, part] of parts.entries()) {
      const from = starts[index] ?? 0
      if (!left.has(index)) put(part, data.subarray(from, from + part.length))
    }
    return failed.flatMap(index => parts[index] ?? [])
  }

  /** @returns those that are to be flushed in another way */
  async flush<F extends { readonly path: string }>(files: readonly F[]): Promise<F[]> {
    const answers = await this.#each('flush', files)
    return answers.flatMap(({ files, answer }) => answer.failed.flatMap(index => files[index] ?? []))
  }

  /** What is at each path, `undefined` for no regular file; `unknown` is to be found out in another way. */
  async look(paths: readonly string[]): Promise<(FileStamp | undefined | 'unknown')[]> {
    const files = paths.map(path => ({ path }))
    const answers = await this.#each('look', files)
    return answers.flatMap(({ files, answer }) => {
      const failed = new Set(answer.failed)
      return files.map((_, index) => (failed.has(index) ? 'unknown' : stampIn(answer, index)))
    })
  }

  /** In jobs of a size; in the order of the files. */
  async #each<F extends { readonly path: string }>(
    act: 'flush' | 'look',
    files: readonly F[],
  ): Promise<{ files: readonly F[]; answer: FilesAnswer }[]> {
    const bundles: (readonly F[])[] = []
    for (let at = 0; at < files.length; at += MAX_BUNDLE) bundles.push(files.slice(at, at + MAX_BUNDLE))
    return Promise.all(
      bundles.map(async files => ({
        files,
        answer: await this.#run(
          act,
          files.map(({ path }) => ({ path })),
        ),
      })),
    )
  }

  #run(
    act: FilesJob['act'],
    files: readonly { readonly path: string }[],
    numbers: readonly number[] = [],
    data?: OwnedBytes,
  ): Promise<FilesAnswer> {
    const paths = files.map(({ path }) => path).join('\0')
    return this.#threads.run({
      act,
      root: this.#root,
      count: files.length,
      paths,
      numbers: Float64Array.from(numbers),
      data,
    })
  }

  #memory(length: number): OwnedBytes {
    const free = this.#free.pop()
    return free === undefined || free.buffer.byteLength < length
      ? new Uint8Array(length)
      : new Uint8Array(free.buffer, 0, length)
  }
}

function stampIn({ sizes, times }: FilesAnswer, index: number): FileStamp | undefined {
  const size = sizes?.[index] ?? -1
  return size < 0 ? undefined : { size, mtimeNs: times?.[index] ?? 0n }
}
