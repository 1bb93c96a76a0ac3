// What runs in a hashing thread. The function is handed over as its own source text, so that it runs the same from `dist`
// and from the TypeScript sources under test: it must use nothing from outside itself but globals.
import type { Hash } from 'node:crypto'
import type { MessagePort } from 'node:worker_threads'
import type { SharedBytes } from '../base/bytes.ts'

/** Part of a file on the disk. */
export interface FileRange {
  /** An open file's descriptor. */
  readonly fd: number
  readonly position: number
  readonly length: number
}

/**
 * Parts of files, one after the other, each file opened by its path. The shape is what takes least to hand over: an object
 * for each part would take twenty times as long.
 */
export interface FileParts {
  /** One after the other, with a NUL between, which no path can hold. */
  readonly paths: string
  /** Four for each: where the part begins in its file, its length, and the size and the mtime (ms) that the file must have. */
  readonly numbers: Float64Array
}

/** A piece, to be written to an open file if it is right: by the thread in whose core's cache it is already. */
export interface PieceToKeep {
  readonly data: SharedBytes
  /** SHA-1, 20 bytes, that it must have. */
  readonly hash: Uint8Array
  /** An open file's descriptor. */
  readonly fd: number
  readonly position: number
}

/** What to hash: bytes, a piece that is written too, part of a file, or parts of several. */
export type HashJob = SharedBytes | PieceToKeep | FileRange | FileParts

/** The file ends before the range does; or it is not what it was; or what the system said, of which path where one is known. */
export type HashFault =
  'missing' | { readonly changed: string } | { readonly code: string; readonly message: string; readonly path?: string }

/** The answer to a batch of jobs. */
export interface HashBatchResult {
  /** 20 bytes a job, in their order. */
  readonly digests: Uint8Array
  /** By number of the job; where there is one the digest means nothing. */
  readonly faults: ReadonlyMap<number, HashFault>
}

export function hashWorker(): void {
  const { workerData } = process.getBuiltinModule('node:worker_threads')
  const { createHash, hash: digestOf } = process.getBuiltinModule('node:crypto')
  const { closeSync, constants, fstatSync, openSync, readSync, writeSync } = process.getBuiltinModule('node:fs')
  // Windows has none; elsewhere, opening a pipe that stands in a file's place would wait for ever.
  const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  /** Milliseconds: times of day as doubles are no more exact. */
  const SAME_TIME = 0.001
  // Files are read in parts that stay in the core's own cache until they are hashed: whole pieces took 10 % longer.
  const buffer = Buffer.allocUnsafeSlow(131_072)

  /** The file of the part before, since the next may be of the same. */
  let last: { readonly path: string; readonly fd: number } | undefined

  function close(): void {
    if (last !== undefined) closeSync(last.fd)
    last = undefined
  }

  function descriptorOf(path: string): number {
    if (last?.path === path) return last.fd
    close()
    last = { path, fd: openSync(path, READ) }
    return last.fd
  }

  /** Bytes of the buffer that are still to be hashed: small parts go to the hash together. */
  let filled = 0

  function flush(hash: Hash): void {
    if (filled > 0) hash.update(filled === buffer.length ? buffer : buffer.subarray(0, filled))
    filled = 0
  }

  /** @returns whether it was all there; the last bytes may wait for `flush` */
  function update(hash: Hash, fd: number, position: number, length: number): boolean {
    for (let done = 0; done < length;) {
      const read = readSync(fd, buffer, filled, Math.min(buffer.length - filled, length - done), position + done)
      if (read === 0) return false
      done += read
      filled += read
      if (filled === buffer.length) flush(hash)
    }
    return true
  }

  function hashFile({ fd, position, length }: FileRange): Buffer | HashFault {
    const hash = createHash('sha1')
    filled = 0
    if (!update(hash, fd, position, length)) return 'missing'
    flush(hash)
    return hash.digest()
  }

  function hashParts({ paths, numbers }: FileParts): Buffer | HashFault {
    const hash = createHash('sha1')
    let at = 0
    filled = 0
    for (const path of paths.split('\0')) {
      const size = numbers[at + 2] ?? 0
      const mtimeMs = numbers[at + 3] ?? 0
      try {
        const fd = descriptorOf(path)
        const whole = update(hash, fd, numbers[at] ?? 0, numbers[at + 1] ?? 0)
        at += 4
        // After the reading: what is changed now, while or before that, shows.
        const stats = fstatSync(fd)
        if (!whole || stats.size !== size || Math.abs(stats.mtimeMs - mtimeMs) > SAME_TIME) return { changed: path }
      } catch (error) {
        return { ...faultOf(error), path }
      }
    }
    flush(hash)
    return hash.digest()
  }

  function faultOf(error: unknown): { readonly code: string; readonly message: string } {
    const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException
    return { code, message }
  }

  function keep({ data, hash, fd, position }: PieceToKeep): Buffer {
    const digest = digestOf('sha1', data, 'buffer')
    if (!digest.equals(hash)) return digest
    for (let done = 0; done < data.length;) done += writeSync(fd, data, done, data.length - done, position + done)
    return digest
  }

  function run(job: HashJob): Buffer | HashFault {
    if (job instanceof Uint8Array) return digestOf('sha1', job, 'buffer')
    if ('hash' in job) return keep(job)
    return 'fd' in job ? hashFile(job) : hashParts(job)
  }

  const port = workerData as MessagePort
  port.on('message', (jobs: readonly HashJob[]) => {
    const digests = new Uint8Array(jobs.length * 20)
    const faults = new Map<number, HashFault>()
    jobs.forEach((job, index) => {
      try {
        const outcome = run(job)
        if (outcome instanceof Uint8Array) digests.set(outcome, index * 20)
        else faults.set(index, outcome)
      } catch (error) {
        faults.set(index, faultOf(error))
      }
    })
    close()
    port.postMessage({ digests, faults } satisfies HashBatchResult)
  })
}
