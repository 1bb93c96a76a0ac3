// A file that a user asked for is written whole or not at all, and never over another unless that was asked for too.
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs'
import { access, constants, link, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { hex } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { diskError, errnoOf, isAbsent } from '../storage/disk-error.ts'
import { makeRoot } from '../storage/prepare.ts'
import { isWrittenInPlace, losesNothing, openOutput } from './output-place.ts'

/** Those of fs/promises take no descriptor. */
const writeFully = promisify(writeFile)

/** File systems without hard links say one of these (FAT, some network shares). */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK'])
/** Of what `stat` calls the mode. */
const PERMISSIONS = 0o7777

export interface SaveOptions {
  /** Replaces a file that is there; a symbolic link is replaced itself, not what it leads to. */
  readonly overwrite: boolean
  /** Makes the folders on the way where they are missing, which is an error otherwise. */
  readonly makeFolders?: boolean
  /** Permissions; by default as the umask has them. */
  readonly mode?: number
}

/** Where `out` is a folder or ends in a slash, `name` inside it; `name` in the working folder without `out`. Absolute. */
export async function placeFile(out: string | undefined, name: string): Promise<string> {
  if (out === undefined) return resolve(name)
  const isFolder = out.endsWith('/') || (await stat(out).catch(() => undefined))?.isDirectory() === true
  return isFolder ? resolve(out, name) : resolve(out)
}

/**
 * For asking before long work.
 * @throws BtError USAGE where what is at the path could be lost and is not to be; DISK_* where its folder is missing or can
 * not be written to.
 */
export async function checkFree(path: string, options: SaveOptions): Promise<void> {
  await refuseTaken(path, options)
  if (options.makeFolders !== true && !isWrittenInPlace(path)) await checkFolder(dirname(path))
}

async function checkFolder(folder: string): Promise<void> {
  try {
    // The last dot is found in a folder only, and not in a file.
    await access(`${folder}/.`, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw diskError(error, folder, 'write to')
  }
}

async function refuseTaken(path: string, options: SaveOptions): Promise<void> {
  if (options.overwrite || losesNothing(path)) return
  const exists = await lstat(path).then(
    () => true,
    (error: unknown) => {
      if (isAbsent(error)) return false
      throw diskError(error, path, 'look at')
    },
  )
  if (exists) throw taken(path)
}

/**
 * Writes a draft beside the path and puts it into place once its bytes are on the disk. What is there and is no
 * file (a device, a pipe that somebody reads, a descriptor) is written to as it stands.
 * @throws BtError DISK_*, or USAGE as `checkFree`, also where the file came to be there meanwhile.
 */
export async function saveFile(path: string, data: Uint8Array, options: SaveOptions): Promise<void> {
  if (options.makeFolders === true) await makeRoot(dirname(path))
  if (isWrittenInPlace(path)) {
    await refuseTaken(path, options)
    return writeInto(path, data)
  }
  const draft = join(dirname(path), `.${hex(randomBytes(6))}.bt-draft`)
  try {
    const handle = await open(draft, 'wx')
    try {
      if (options.mode !== undefined) await handle.chmod(options.mode)
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (options.overwrite) await rename(draft, path)
    else await putInto(draft, path)
  } catch (error) {
    throw diskError(error, path, 'write')
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

/**
 * Other bytes for a file that is there, which keeps its permissions; of a symbolic link, for what it leads to. Atomic: a
 * reader sees the earlier bytes or the new ones. @throws BtError DISK_*
 */
export async function rewriteFile(path: string, data: Uint8Array): Promise<void> {
  try {
    const real = await realpath(path)
    const { mode } = await stat(real)
    await saveFile(real, data, { overwrite: true, mode: mode & PERMISSIONS })
  } catch (error) {
    throw diskError(error, path, 'write')
  }
}

async function writeInto(path: string, data: Uint8Array): Promise<void> {
  try {
    const output = openOutput(path, 'w')
    try {
      await writeFully(output.descriptor, data)
    } finally {
      output.close()
    }
  } catch (error) {
    throw diskError(error, path, 'write')
  }
}

/** A link fails where something is there, which a rename would replace without a word. */
async function putInto(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path)
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') throw taken(path)
    if (!NO_LINKS.has(errnoOf(error) ?? '')) throw error
    await refuseTaken(path, { overwrite: false })
    await rename(draft, path)
  }
}

function taken(path: string): BtError {
  return new BtError('USAGE', `"${basename(path)}" exists already; choose another name, or overwrite it with --force`)
}
