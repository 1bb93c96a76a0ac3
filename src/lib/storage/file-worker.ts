// What runs in a file thread. The function is handed over as its own source text, so that it runs the same from `dist` and
// from the TypeScript sources under test: it must use nothing from outside itself but globals.
import type { OwnedBytes } from '../base/bytes.ts'

/** The same to be done to many files. Each is opened, used and closed at once, and no special case is known here. */
export interface FilesJob {
  /** `look` is for sizes and times. */
  readonly act: 'write' | 'read' | 'flush' | 'look'
  /** Below it no symbolic link is followed; undefined: they are. */
  readonly root: string | undefined
  readonly files: readonly FileTask[]
  readonly data: OwnedBytes | undefined
}

/** All but the path is for `write` and `read` only. */
export interface FileTask {
  readonly path: string
  /** Bytes from the start of the file, and how many. */
  readonly position?: number
  readonly length?: number
  /** For `write`: where the bytes begin in `data`. */
  readonly start?: number
  /** For `write`: bytes of the whole file, which it has from then on. */
  readonly size?: number
  /** For `write`: whether it may be missing, and is made then. */
  readonly create?: boolean
}

export interface FilesAnswer {
  /** Numbers of those that it could not be done to, whatever the reason. */
  readonly failed: readonly number[]
  /** For `read`: the bytes of each, one after the other. */
  readonly data?: OwnedBytes
  /** For `look`: bytes, -1 where no regular file is, and nanoseconds since 1970. */
  readonly sizes?: Float64Array
  readonly times?: BigInt64Array
}

export function fileWorker(): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const paths = process.getBuiltinModule('node:path')
  const fs = process.getBuiltinModule('node:fs')
  const { O_RDONLY, O_RDWR, O_CREAT } = fs.constants
  // Windows has neither.
  const NO_FOLLOW: number = fs.constants.O_NOFOLLOW ?? 0
  const NON_BLOCKING: number = fs.constants.O_NONBLOCK ?? 0

  /** As `Folders.check`, once for each folder of a job. */
  function checkFolders(root: string, path: string, real: Set<string>): void {
    const folder = paths.dirname(path)
    if (folder.length <= root.length || real.has(folder)) return
    checkFolders(root, folder, real)
    if (!fs.lstatSync(folder).isDirectory()) throw new Error('no folder')
    real.add(folder)
  }

  /** As in safe-open.ts. */
  function open(root: string | undefined, path: string, flags: number, real: Set<string>): number {
    if (root === undefined) return fs.openSync(path, O_RDONLY | NON_BLOCKING)
    checkFolders(root, path, real)
    if (NO_FOLLOW === 0 && fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new Error('a link')
    }
    return fs.openSync(path, flags | NO_FOLLOW | NON_BLOCKING, 0o666)
  }

  /** What the write itself makes as long as it must be is not sized before. */
  function write(fd: number, found: number, { position = 0, size = 0 }: FileTask, data: Uint8Array): void {
    const whole = position === 0 && data.length === size
    if (found > size || (found < size && !whole)) fs.ftruncateSync(fd, size)
    for (let done = 0; done < data.length;) done += fs.writeSync(fd, data, done, data.length - done, position + done)
  }

  function read(fd: number, { position = 0 }: FileTask, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const moved = fs.readSync(fd, into, done, into.length - done, position + done)
      if (moved === 0) throw new Error('too short')
      done += moved
    }
  }

  /** Does one thing to each file's open descriptor. @returns the numbers of those where it failed */
  function each({ root, files }: FilesJob, act: (task: FileTask, fd: number, size: number) => void): number[] {
    const real = new Set<string>()
    const failed: number[] = []
    files.forEach((task, index) => {
      try {
        const fd = open(root, task.path, task.create === true ? O_RDWR | O_CREAT : O_RDWR, real)
        try {
          const stats = fs.fstatSync(fd)
          if (!stats.isFile()) throw new Error('no regular file')
          act(task, fd, stats.size)
        } finally {
          fs.closeSync(fd)
        }
      } catch {
        failed.push(index)
      }
    })
    return failed
  }

  function look({ root, files }: FilesJob): FilesAnswer {
    const sizes = new Float64Array(files.length).fill(-1)
    const times = new BigInt64Array(files.length)
    const failed: number[] = []
    files.forEach(({ path }, index) => {
      try {
        const stats = (root === undefined ? fs.statSync : fs.lstatSync)(path, { bigint: true, throwIfNoEntry: false })
        if (stats?.isFile() !== true) return
        sizes[index] = Number(stats.size)
        times[index] = stats.mtimeNs
      } catch {
        failed.push(index)
      }
    })
    return { failed, sizes, times }
  }

  function readAll(job: FilesJob): FilesAnswer {
    const data = new Uint8Array(job.files.reduce((sum, { length = 0 }) => sum + length, 0))
    let at = 0
    const places = new Map(job.files.map(task => [task, data.subarray(at, (at += task.length ?? 0))]))
    return { failed: each(job, (task, fd) => read(fd, task, places.get(task) ?? data)), data }
  }

  function run(job: FilesJob): FilesAnswer {
    const { act, data = new Uint8Array() } = job
    if (act === 'look') return look(job)
    if (act === 'read') return readAll(job)
    if (act === 'flush') return { failed: each(job, (_, fd) => fs.fsyncSync(fd)) }
    return {
      failed: each(job, (task, fd, size) => {
        const { start = 0, length = 0 } = task
        write(fd, size, task, data.subarray(start, start + length))
      }),
    }
  }

  parentPort?.on('message', (job: FilesJob) => {
    const answer = run(job)
    parentPort.postMessage(answer, answer.data === undefined ? [] : [answer.data.buffer])
  })
}
