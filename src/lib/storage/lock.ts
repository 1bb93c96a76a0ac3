// One process at a time writes to an output. The lock is a file that names its holder; one whose holder is dead is taken over.
import { randomUUID } from 'node:crypto'
import { link, lstat, open, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { closeDescriptor, reading } from './descriptor.ts'
import { diskError, errnoOf, isAbsent } from './disk-error.ts'
import { readFully } from './positional.ts'
import { openForRead } from './safe-open.ts'
import { kindOf } from './special-files.ts'

export interface Lock {
  readonly path: string
  /** @throws BtError DISK_* where the file can not be removed; it is held no longer all the same */
  release(): Promise<void>
}

interface Holder {
  readonly pid: number
  /** When the process started, on its machine's own scale; tells a process from a later one with the same id. `-`: unknown. */
  readonly started: string
  readonly host: string
  readonly id: string
}

/** Bytes: a line with a host's name in it. */
const MAX_TEXT = 4096
/** A lock file without its holder's name is one being made just now, or one whose maker died in that moment. */
const GRACE_MS = 10_000
/** Two processes that find the same dead holder may disturb each other; each loses at most one round to the other. */
const MAX_ROUNDS = 5

/** Ids of the locks that this process holds: another process may have had our pid before. */
const heldHere = new Set<string>()

/** Within this process one at a time takes a lock, so that none takes a lock for stale that another is just making. */
let lastTake: Promise<unknown> = Promise.resolve()

/**
 * @param path the lock file, in a folder that exists
 * @throws BtError DISK_PERMISSION naming the process that holds it, or DISK_* where the file can not be made
 */
export function acquireLock(path: string): Promise<Lock> {
  const take = lastTake.then(() => takeLock(path))
  lastTake = take.catch(() => undefined)
  return take
}

async function takeLock(path: string): Promise<Lock> {
  const us: Holder = { pid: process.pid, started: await startOf(process.pid), host: machine(), id: randomUUID() }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (await create(path, us)) {
      heldHere.add(us.id)
      return { path, release: () => release(path, us) }
    }
    await refuseOther(path)
    const text = await contentOf(path)
    if (text !== undefined) await removeIfStale(path, text)
  }
  throw new BtError('DISK_PERMISSION', `could not take the lock "${path}", others keep taking it; try again`)
}

async function release(path: string, us: Holder): Promise<void> {
  if (!heldHere.delete(us.id)) return
  if ((await contentOf(path)) !== format(us)) return
  await rm(path, { force: true }).catch((error: unknown) => {
    throw diskError(error, path, 'remove')
  })
}

/** @returns whether the file is ours; false: another is there. The content appears with the file where links are known. */
async function create(path: string, us: Holder): Promise<boolean> {
  const draft = beside(path)
  try {
    await writeFile(draft, format(us), { flag: 'wx' })
    try {
      await link(draft, path)
      return true
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false
      return await createInPlace(path, us)
    } finally {
      await rm(draft, { force: true })
    }
  } catch (error) {
    throw diskError(error, path, 'create')
  }
}

/** For file systems without hard links. */
async function createInPlace(path: string, us: Holder): Promise<boolean> {
  try {
    const handle = await open(path, 'wx')
    try {
      await handle.writeFile(format(us))
    } finally {
      await handle.close()
    }
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw error
  }
}

/** Whoever made what is no file made no lock, and a link may have been planted. @throws BtError DISK_FAILED, DISK_PERMISSION */
async function refuseOther(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined || stats.isFile()) return
  const link = stats.isSymbolicLink()
  const kind = link ? `a symbolic link to "${await readlink(path).catch(() => '?')}"` : kindOf(stats)
  throw new BtError(
    link ? 'DISK_PERMISSION' : 'DISK_FAILED',
    `"${path}" is ${kind}, where the lock of this output belongs; remove it, or choose another place with -o`,
    { details: { path } },
  )
}

/** @throws BtError DISK_PERMISSION where the holder may be alive */
async function removeIfStale(path: string, text: string): Promise<void> {
  const holder = parse(text)
  if (holder === undefined) {
    if (await isFresh(path)) throw inUse(path, 'another process')
  } else if (holder.host !== machine()) {
    throw inUse(path, `process ${holder.pid} on ${holder.host}`)
  } else if (await isAlive(holder)) {
    throw inUse(path, holder.pid === process.pid ? 'this process' : `process ${holder.pid}`)
  }
  await takeAway(path, text)
}

/** Moves the stale lock aside first: what was moved is looked at before it is gone, in case another had just replaced it. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = beside(path)
  try {
    await rename(path, aside)
  } catch (error) {
    if (isAbsent(error)) return
    throw diskError(error, path, 'remove')
  }
  if ((await contentOf(aside)) !== text) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid === process.pid) return heldHere.has(holder.id)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if (errnoOf(error) === 'ESRCH') return false
  }
  const started = await startOf(holder.pid)
  return started === '-' || holder.started === '-' || started === holder.started
}

/** Linux: the boot and the tick in which the process started (proc(5), /proc/pid/stat field 22); elsewhere unknown. */
async function startOf(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? '-' : `${boot.trim()}/${ticks}`
  } catch {
    return '-'
  }
}

/** Its start, where it is longer than any that we make. */
async function contentOf(path: string): Promise<string | undefined> {
  try {
    const { fd, size } = await openForRead(path)
    try {
      const text = Buffer.alloc(Math.min(size, MAX_TEXT))
      await readFully(reading(fd), [text], 0)
      return text.toString()
    } finally {
      await closeDescriptor(fd)
    }
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw diskError(error, path, 'read')
  }
}

async function isFresh(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined)
  // Both ways: one from the future was made before the clock was set back.
  return stats !== undefined && Math.abs(Date.now() - stats.mtimeMs) < GRACE_MS
}

/** A name of our own in the same folder. */
function beside(path: string): string {
  return join(dirname(path), `.${randomUUID()}.bt-lock`)
}

function machine(): string {
  return hostname().replaceAll(/\s/g, '') || '-'
}

function format(holder: Holder): string {
  return `bt-lock 1 ${holder.pid} ${holder.started} ${holder.host} ${holder.id}\n`
}

function parse(text: string): Holder | undefined {
  const match = /^bt-lock 1 ([1-9]\d{0,9}) (\S+) (\S+) (\S+)\n$/.exec(text)
  const [, pid, started, host, id] = match ?? []
  if (pid === undefined || started === undefined || host === undefined || id === undefined) return undefined
  return { pid: Number(pid), started, host, id }
}

function inUse(path: string, who: string): BtError {
  return new BtError(
    'DISK_PERMISSION',
    `${who} is writing to this output already; wait for it or choose another place with -o ` +
      `(if it is certainly not running, delete "${path}")`,
    { details: { path } },
  )
}
