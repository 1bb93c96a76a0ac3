/** Contents to share, the same bytes every time, and the comparison of two of them. */
import { createCipheriv, createHash } from 'node:crypto'
import { cp, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

export interface ContentFile {
  /** Relative, with `/`. Empty for a single file: the content's name is the file's. */
  readonly path: string
  readonly size: number
}

export interface Content {
  readonly name: string
  readonly kind: 'single' | 'multi'
  readonly files: readonly ContentFile[]
}

const MEBIBYTE = 1_048_576
const MANY = 300

/** Twenty pieces of 256 KiB and an odd tail, so that the last piece and its last block are short. */
export const single: Content = {
  name: 'single file.bin',
  kind: 'single',
  files: [{ path: '', size: 5 * MEBIBYTE + 12_345 }],
}

/**
 * Names with spaces and beyond ASCII, empty files, nested folders, a file over several pieces, and hundreds that share
 * pieces and whose long names make an info dictionary of several metadata pieces (BEP 9: 16 KiB each).
 */
export const multi: Content = {
  name: 'many files é',
  kind: 'multi',
  files: [
    { path: 'a first one.bin', size: MEBIBYTE + 1 },
    { path: 'empty', size: 0 },
    { path: 'nested/deeper/deepest/größe 試.bin', size: 700_001 },
    { path: 'nested/empty too.txt', size: 0 },
    { path: 'nested/one byte', size: 1 },
    ...Array.from({ length: MANY }, (_, index) => ({
      path: `small/${String(index).padStart(3, '0')} ${'a long name '.repeat(7)}.txt`,
      size: 37 * (index % 97),
    })),
    { path: 'zuletzt – last.bin', size: 2 * MEBIBYTE - 3 },
  ],
}

/** Creates the content in `folder` and gives its path: the file, or a multi-file content's own folder. */
export async function write(content: Content, folder: string): Promise<string> {
  const root = join(folder, content.name)
  for (const file of content.files) {
    const path = join(root, file.path)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, noise(`${content.name}/${file.path}`, file.size))
  }
  return root
}

/**
 * Copies a single-file content from `file` into `folder`, its bytes from `start` to `end` lost (zeros now): a client that
 * checks it has all pieces but those.
 */
export async function copyWithout(file: string, folder: string, start: number, end: number): Promise<void> {
  const copy = join(folder, basename(file))
  await cp(file, copy)
  const handle = await open(copy, 'r+')
  await handle.write(Buffer.alloc(end - start), 0, end - start, start)
  await handle.close()
}

/** Bytes that look random (nothing compresses or repeats) and depend on the seed alone. */
function noise(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest().subarray(0, 16)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

/**
 * What `actual` lacks, has too much, or holds differently, compared with `expected`: nothing when they are equal.
 * Without `emptyFiles` it may lack those.
 */
export async function differences(expected: string, actual: string, emptyFiles = true): Promise<string[]> {
  const [wanted, found] = await Promise.all([tree(expected), tree(actual)])
  const lines: string[] = []
  for (const [path, bytes] of wanted) {
    const other = found.get(path)
    if (other === undefined && bytes.length === 0 && !emptyFiles) continue
    if (other === undefined) lines.push(`missing: ${path}`)
    else if (other.length !== bytes.length) lines.push(`${path}: ${other.length} bytes in place of ${bytes.length}`)
    else if (!other.equals(bytes)) lines.push(`${path}: differs`)
  }
  for (const path of found.keys()) if (!wanted.has(path)) lines.push(`too much: ${path}`)
  return lines
}

/** Every file under `root` with its bytes; of a plain file, that one under the empty name; of nothing, nothing. */
async function tree(root: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) {
    const bytes = await readFile(root).catch(() => undefined)
    if (bytes !== undefined) files.set('', bytes)
    return files
  }
  for (const entry of entries.filter(item => item.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files.set(path.slice(root.length), await readFile(path))
  }
  return files
}
