// What runs in a hashing thread. The function is handed over as its own source text, so that it runs the same from `dist`
// and from the TypeScript sources under test: it must use nothing from outside itself but globals.

import type { OwnedBytes } from '../base/bytes.ts'

/** Part of a file on the disk. */
export interface FileRange {
  /** An open file's descriptor. */
  readonly fd: number
  readonly position: number
  readonly length: number
}

/** What to hash: bytes, whose memory moves to the thread and back; or part of a file. */
export type HashJob = OwnedBytes | FileRange

/** The file ends before the range does; or what the system said. */
export type HashFault = 'missing' | { readonly code: string; readonly message: string }

/** The answer to a batch of jobs. */
export interface HashBatchResult {
  /** 20 bytes a job, in their order. */
  readonly digests: Uint8Array
  /** By number of the job; where there is one the digest means nothing. */
  readonly faults: ReadonlyMap<number, HashFault>
  /** The bytes of the jobs that brought some, in their order. */
  readonly returned: readonly OwnedBytes[]
}

export function hashWorker(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const { createHash } = process.getBuiltinModule('node:crypto')
  const { readSync } = process.getBuiltinModule('node:fs')
  // Files are read in parts that stay in the core's own cache until they are hashed: whole pieces took 10 % longer.
  const buffer = Buffer.allocUnsafeSlow(131_072)

  function hashFile({ fd, position, length }: FileRange): Buffer | undefined {
    const hash = createHash('sha1')
    for (let done = 0; done < length;) {
      const read = readSync(fd, buffer, 0, Math.min(buffer.length, length - done), position + done)
      if (read === 0) return undefined
      hash.update(read === buffer.length ? buffer : buffer.subarray(0, read))
      done += read
    }
    return hash.digest()
  }

  function run(job: HashJob): Buffer | undefined {
    return job instanceof Uint8Array ? createHash('sha1').update(job).digest() : hashFile(job)
  }

  parentPort?.on('message', (jobs: readonly HashJob[]) => {
    const digests = new Uint8Array(jobs.length * 20)
    const faults = new Map<number, HashFault>()
    jobs.forEach((job, index) => {
      try {
        const digest = run(job)
        if (digest === undefined) faults.set(index, 'missing')
        else digests.set(digest, index * 20)
      } catch (error) {
        const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException
        faults.set(index, { code, message })
      }
    })
    const returned = jobs.filter(job => job instanceof Uint8Array)
    parentPort.postMessage(
      { digests, faults, returned } satisfies HashBatchResult,
      returned.map(data => data.buffer),
    )
  })
}
