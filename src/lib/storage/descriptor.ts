// The system's calls on files, by descriptor. Callbacks made into promises: a `FileHandle` of node:fs/promises costs the main
// thread twice as much a call (measured on Node 20), and a torrent of small files is all calls.
import {
  close,
  fsync,
  fstatSync,
  ftruncate,
  lstat,
  lstatSync,
  open,
  readv,
  stat,
  statSync,
  writev,
  writevSync,
} from 'node:fs'
import type { BigIntStats, Stats } from 'node:fs'
import type { ExactStamp } from './file-stamp.ts'

/** One call that moves bytes between the parts and the file; it may move fewer than asked. @returns how many */
export type Transfer = (parts: readonly Uint8Array[], position: number) => Promise<number>

type Settle<T> = (error: NodeJS.ErrnoException | null, value: T) => void

function promised<T>(call: (settle: Settle<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      if (error === null) resolve(value)
      else reject(error)
    })
  })
}

export function openDescriptor(path: string, flags: number, mode?: number): Promise<number> {
  return promised(settle => open(path, flags, mode, settle))
}

export function closeDescriptor(fd: number): Promise<void> {
  return promised<void>(settle => close(fd, error => settle(error ?? null)))
}

export function reading(fd: number): Transfer {
  return (parts, position) => promised(settle => readv(fd, parts, position, settle))
}

export function writing(fd: number): Transfer {
  return (parts, position) => promised(settle => writev(fd, parts, position, settle))
}

/** As `writing`, on this thread: everything else waits. */
export function writingAtOnce(fd: number): Transfer {
  return (parts, position) =>
    new Promise(resolve => {
      resolve(writevSync(fd, parts, position))
    })
}

export function setSize(fd: number, size: number): Promise<void> {
  return promised<void>(settle => ftruncate(fd, size, settle))
}

export function flushDescriptor(fd: number): Promise<void> {
  return promised<void>(settle => fsync(fd, settle))
}

/** In the same breath as the opening, which has brought what this tells into memory: handing it to a thread takes longer. */
export function describe(fd: number): { readonly regular: boolean; readonly size: number } {
  const stats = fstatSync(fd)
  return { regular: stats.isFile(), size: stats.size }
}

/** What tells whether the file was changed. On this thread, as above. */
export function exactStampOf(fd: number): ExactStamp & { readonly removed: boolean } {
  const { size, mtimeNs, ctimeNs, nlink } = fstatSync(fd, { bigint: true })
  return { size: Number(size), mtimeNs, ctimeNs, removed: nlink === 0n }
}

/** As `look`, on this thread: everything else waits. */
export function lookAtOnce(path: string, links: 'follow' | 'stay'): Stats {
  return (links === 'follow' ? statSync : lstatSync)(path)
}

/** What is at the path. @param links whether symbolic links are followed */
export function look(path: string, links: 'follow' | 'stay'): Promise<BigIntStats> {
  return promised(settle => (links === 'follow' ? stat : lstat)(path, { bigint: true }, settle))
}
