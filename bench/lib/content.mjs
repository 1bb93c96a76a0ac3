// Random data on the disk, made once and transferred many times.
import { randomFillSync } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const CHUNK = 4 * 2 ** 20

/**
 * @typedef {object} Content
 * @property {string} folder holds it
 * @property {string} name of the file, or of the folder of files
 * @property {{ path: string[], length: number }[]} files in the torrent's order; for a single file, its path is empty
 */

/** @returns {Content} */
export function randomFile(folder, length, name = 'random.bin') {
  const file = openSync(join(folder, name), 'w')
  const chunk = Buffer.alloc(CHUNK)
  for (let done = 0; done < length; done += chunk.length) {
    writeSync(file, randomFillSync(chunk), 0, Math.min(chunk.length, length - done))
  }
  closeSync(file)
  return { folder, name, files: [{ path: [], length }] }
}

/** Many files of the same length, `perFolder` in a folder. @returns {Content} */
export function randomFiles(folder, { count, length, perFolder }) {
  const files = []
  const chunk = Buffer.alloc(length)
  for (let index = 0; index < count; index++) {
    const sub = String(Math.floor(index / perFolder)).padStart(4, '0')
    if (index % perFolder === 0) mkdirSync(join(folder, 'files', sub), { recursive: true })
    const path = [sub, String(index).padStart(6, '0')]
    writeFileSync(join(folder, 'files', ...path), randomFillSync(chunk))
    files.push({ path, length })
  }
  return { folder, name: 'files', files }
}
