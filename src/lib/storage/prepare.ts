// What a download makes before its first piece: folders, empty files, symbolic links (BEP 47); whatever is there already
// stays as it is. Files with bytes come with their first write. A file that is too long is cut by the first verified piece
// that is written into it, or once all its pieces are verified (`WholeFiles.fit`); one that should be empty, by the first
// verified piece of the torrent.
import { mkdir, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { BtError } from '../base/errors.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import type { Bundles } from './bundles.ts'
import { mapConcurrently } from './concurrently.ts'
import { closeDescriptor } from './descriptor.ts'
import { diskError, errnoOf, isAbsent } from './disk-error.ts'
import type { Folders } from './folders.ts'
import type { Output } from './output.ts'
import { isSymlink } from './plan.ts'
import { openOrCreate } from './safe-open.ts'
import { LOOK_CONCURRENCY, MIN_FILES } from './file-stamp.ts'
import type { Place } from './survey.ts'

/** Something is there already; or links are not known or not allowed (FAT, Windows), and the content is whole without. */
const LINK_DISPENSABLE: ReadonlySet<string> = new Set(['EEXIST', 'EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])

interface Preparation {
  readonly info: { readonly files: readonly FileEntry[] }
  readonly output: Output
  readonly selected?: ReadonlySet<number>
}

/**
 * Makes the root and the folders it lies in. It is where the user said: links on the way are followed. One folder at a
 * time, because Node's own recursion says ENOENT where the file system is read-only.
 * @returns `made` where nothing can be in it yet
 */
export async function makeRoot(path: string): Promise<'made' | 'found'> {
  try {
    if (await isFolder(path)) return 'found'
    if (!(await isFolder(dirname(path)))) await makeRoot(dirname(path))
    await mkdir(path)
    return 'made'
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw diskError(error, path, 'create')
    if (await isFolder(path)) return 'found'
    throw new BtError('DISK_FAILED', `"${path}" is not a folder; choose another place`, { details: { path } })
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

/** @param tools of the output's root. @throws BtError DISK_* */
export async function prepare(
  { info, output, selected }: Preparation,
  places: readonly Place[],
  { folders, bundles }: { readonly folders: Folders; readonly bundles: Bundles },
): Promise<void> {
  if (!places.includes('parts')) await removeParts(output.partsPath)
  const chosen = [...info.files.entries()].filter(([index, file]) => !file.padding && selected?.has(index) !== false)
  const paths = new Set(chosen.map(([index]) => dirname(output.paths[index] ?? '')))
  for (const path of paths) await folders.make(path)
  const empty = chosen.filter(([, file]) => file.length === 0 && !isSymlink(file))
  await makeEmptyFiles(
    empty.map(([index, { executable = false }]) => ({ path: output.paths[index] ?? '', executable })),
    folders,
    bundles,
  )
  // Links last, one after the other: no file may come to lie behind one.
  for (const [index, file] of chosen) {
    if (isSymlink(file)) await makeLink(output.paths[index] ?? '', join(output.root, ...(file.symlink ?? [])))
  }
}

/** A folder that has its name is none of ours, and not in the way. */
async function removeParts(path: string): Promise<void> {
  try {
    await rm(path, { force: true })
  } catch (error) {
    if (errnoOf(error) !== 'ERR_FS_EISDIR') throw diskError(error, path, 'remove')
  }
}

interface EmptyFile {
  readonly path: string
  readonly executable: boolean
}

async function makeEmptyFiles(files: readonly EmptyFile[], folders: Folders, bundles: Bundles): Promise<void> {
  // Threads know of no permissions, and are not worth their start for a few.
  const plain = files.filter(({ executable }) => !executable)
  const bundled = plain.length < MIN_FILES ? [] : plain
  const left = new Set(await bundles.make(bundled))
  const made = new Set(bundled.filter(file => !left.has(file)))
  const rest = files.filter(file => !made.has(file))
  await mapConcurrently(rest, LOOK_CONCURRENCY, file => makeEmptyFile(file, folders))
}

async function makeEmptyFile({ path, executable }: EmptyFile, folders: Folders): Promise<void> {
  try {
    const { fd } = await openOrCreate(folders, path, executable)
    await closeDescriptor(fd)
  } catch (error) {
    throw diskError(error, path, 'create')
  }
}

/** `target` is inside the root: the elements of a BEP 47 "symlink path" are safe and start at the torrent's root. */
async function makeLink(path: string, target: string): Promise<void> {
  try {
    // To its own folder it would be a link to nothing, which the system does not make.
    await symlink(relative(dirname(path), target) || '.', path)
  } catch (error) {
    if (!LINK_DISPENSABLE.has(errnoOf(error) ?? '')) throw diskError(error, path, 'create')
  }
}
