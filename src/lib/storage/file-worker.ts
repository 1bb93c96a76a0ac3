// What runs in a file thread. The function is handed over as its own source text, so that it runs the same from `dist` and
// from the TypeScript sources under test: it must use nothing from outside itself but globals.
import type { BigIntStats, Stats } from 'node:fs'
import type { SharedBytes } from '../base/bytes.ts'
import type { folderInTurn } from './folder-in-turn.ts'
import type { inPlaceBelow, placeOf, Root } from './in-place.ts'

/**
 * The same to be done to many files. Each is opened, used and closed at once, and no special case is known here. The shape is
 * what takes least to hand over: an object for each file would take twenty times as long.
 */
export interface FilesJob {
  /** `make` is for files that may be empty, and leaves alone what is there; `look` is for sizes and times. */
  readonly act: 'make' | 'write' | 'read' | 'flush' | 'look'
  /** Below it no symbolic link is followed; undefined: they are. */
  readonly root: Root | undefined
  /** Files. */
  readonly count: number
  /** One after the other, with a NUL between, which no path can hold. */
  readonly paths: string
  /**
   * For `write` and `read`, five for each file: the bytes' position in the file, how many they are, where they begin in
   * `data`, the size that the whole file has from then on, and 1 where it may be missing and is made then.
   */
  readonly numbers: Float64Array
  /** For `write`, and to be filled by `read`. */
  readonly data: SharedBytes | undefined
}

export interface FilesAnswer {
  /** Numbers of those that it could not be done to, whatever the reason. */
  readonly failed: readonly number[]
  /** For all but `make` and `flush`: bytes, after what was done to it; -1 where nothing is or it failed, -2 where no regular file is. */
  readonly sizes?: Float64Array
  /** The last change of its bytes and, after all of these, of anything about it (`ctime`), nanoseconds since 1970. */
  readonly times?: BigInt64Array
  /** The same before a `write`; nothing is where it was made. */
  readonly before?: Pick<FilesAnswer, 'sizes' | 'times'>
}

interface FileTask {
  readonly path: string
  readonly position: number
  readonly length: number
  readonly start: number
  readonly size: number
  readonly create: boolean
}

/** What the functions of other files are called here: they come as source text too. */
export interface WorkerTools {
  readonly inPlaceBelow: typeof inPlaceBelow
  readonly placeOf: typeof placeOf
  readonly folderInTurn: typeof folderInTurn
}

export function fileWorker({ inPlaceBelow, placeOf, folderInTurn }: WorkerTools): void {
  const { parentPort } = process.getBuiltinModule('node:worker_threads')
  const paths = process.getBuiltinModule('node:path')
  const fs = process.getBuiltinModule('node:fs')
  const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL } = fs.constants
  // Windows has neither.
  const NO_FOLLOW: number = fs.constants.O_NOFOLLOW ?? 0
  const NON_BLOCKING: number = fs.constants.O_NONBLOCK ?? 0

  /** Once for each job. */
  function leadsElsewhere(root: Root): boolean {
    try {
      return placeOf(root.path) !== root.place
    } catch {
      return true
    }
  }

  /** As `Folders.check`, once for each folder of a job. */
  function checkFolders(root: string, path: string, real: Set<string>): void {
    const folder = paths.dirname(path)
    if (folder.length <= root.length || real.has(folder)) return
    checkFolders(root, folder, real)
    if (!fs.lstatSync(folder).isDirectory()) throw new Error('no folder')
    real.add(folder)
  }

  /** As in safe-open.ts. @param way of `FolderInTurn` */
  function open(
    root: Root | undefined,
    path: string,
    way: string | undefined,
    flags: number,
    real: Set<string>,
  ): number {
    if (root === undefined) return fs.openSync(path, O_RDONLY | NON_BLOCKING)
    if (way === undefined) checkFolders(root.path, path, real)
    if (NO_FOLLOW === 0 && fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new Error('a link')
    }
    return fs.openSync(way ?? path, flags | NO_FOLLOW | NON_BLOCKING, 0o666)
  }

  /** @returns undefined where something is there already */
  function make(root: Root | undefined, path: string, way: string | undefined, real: Set<string>): number | undefined {
    try {
      return open(root, path, way, O_RDWR | O_CREAT | O_EXCL, real)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined
      throw error
    }
  }

  function found(fd: number, bigint: boolean): Stats | BigIntStats {
    const stats = fs.fstatSync(fd, { bigint })
    if (!stats.isFile()) throw new Error('no regular file')
    return stats
  }

  /** What the write itself makes as long as it must be is not sized before. */
  function write(fd: number, { position, size }: FileTask, data: Uint8Array, found: number): void {
    const whole = position === 0 && data.length === size
    if (found > size || (found < size && !whole)) fs.ftruncateSync(fd, size)
    for (let done = 0; done < data.length;) done += fs.writeSync(fd, data, done, data.length - done, position + done)
  }

  function read(fd: number, { position }: FileTask, into: Uint8Array): void {
    for (let done = 0; done < into.length;) {
      const moved = fs.readSync(fd, into, done, into.length - done, position + done)
      if (moved === 0) throw new Error('too short')
      done += moved
    }
  }

  function tasksOf({ act, paths, numbers }: FilesJob): FileTask[] {
    const number = (at: number): number => numbers[at] ?? 0
    return paths.split('\0').map((path, index) => {
      const at = index * 5
      return {
        path,
        position: number(at),
        length: number(at + 1),
        start: number(at + 2),
        size: number(at + 3),
        create: act === 'make' || number(at + 4) === 1,
      }
    })
  }

  class Stamps {
    readonly sizes: Float64Array
    readonly times: BigInt64Array

    constructor(count: number) {
      this.sizes = new Float64Array(count).fill(-1)
      this.times = new BigInt64Array(2 * count)
    }

    note(index: number, stats: BigIntStats): void {
      this.sizes[index] = Number(stats.size)
      this.times[index] = stats.mtimeNs
      this.times[this.sizes.length + index] = stats.ctimeNs
    }
  }

  /** Does one thing to each file's open descriptor. @returns the numbers of those where it failed */
  function each(
    job: FilesJob,
    act: (task: FileTask, fd: number, index: number, size: number) => void,
    before?: Stamps,
  ): number[] {
    const writes = job.act === 'write' || job.act === 'make'
    const root = writes ? job.root : undefined
    if (root !== undefined && leadsElsewhere(root)) return [...Array(job.count).keys()]
    const isInPlace = root && inPlaceBelow(root)
    const folder = root && folderInTurn(root)
    const real = new Set<string>()
    const failed: number[] = []
    // What was not there is a regular file of no bytes, and need not be looked at; where one was there, more of them may be.
    let fresh = true
    tasksOf(job).forEach((task, index) => {
      try {
        const way = folder?.through(task.path)
        const made = task.create && fresh ? make(job.root, task.path, way, real) : undefined
        fresh &&= !task.create || made !== undefined
        const fd = made ?? open(job.root, task.path, way, task.create ? O_RDWR | O_CREAT : O_RDWR, real)
        try {
          const stats = made === undefined ? found(fd, before !== undefined) : undefined
          if (way === undefined && isInPlace?.(task.path, fd) === false) throw new Error('behind a link')
          if (typeof stats?.size === 'bigint') before?.note(index, stats as BigIntStats)
          act(task, fd, index, Number(stats?.size ?? 0))
        } finally {
          fs.closeSync(fd)
        }
      } catch {
        failed.push(index)
      }
    })
    folder?.leave()
    return failed
  }

  function look({ root, paths }: FilesJob): FilesAnswer {
    const all = paths.split('\0')
    const stamps = new Stamps(all.length)
    const failed: number[] = []
    all.forEach((path, index) => {
      try {
        const stats = (root === undefined ? fs.statSync : fs.lstatSync)(path, { bigint: true, throwIfNoEntry: false })
        if (stats?.isFile() === true) stamps.note(index, stats)
        else if (stats !== undefined) stamps.sizes[index] = -2
      } catch {
        failed.push(index)
      }
    })
    return { failed, sizes: stamps.sizes, times: stamps.times }
  }

  function run(job: FilesJob): FilesAnswer {
    if (job.act === 'look') return look(job)
    if (job.act === 'make') return { failed: each(job, () => undefined) }
    if (job.act === 'flush') return { failed: each(job, (_, fd) => fs.fsyncSync(fd)) }
    const data = job.data ?? new Uint8Array()
    const transfer = job.act === 'read' ? read : write
    const stamps = new Stamps(job.count)
    const before = job.act === 'write' ? new Stamps(job.count) : undefined
    const act = (task: FileTask, fd: number, index: number, size: number): void => {
      transfer(fd, task, data.subarray(task.start, task.start + task.length), size)
      stamps.note(index, fs.fstatSync(fd, { bigint: true }))
    }
    const failed = each(job, act, before)
    return { failed, sizes: stamps.sizes, times: stamps.times, ...(before && { before }) }
  }

  parentPort?.on('message', (jobs: readonly FilesJob[]) => {
    parentPort.postMessage(jobs.map(run))
  })
}
