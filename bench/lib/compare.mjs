// Whether what was downloaded is what was served, byte for byte.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

const CHUNK = 4 * 2 ** 20
const ours = Buffer.alloc(CHUNK)
const theirs = Buffer.alloc(CHUNK)

/** @param {import('./content.mjs').Content} content @throws Error that names the first file that differs */
export function compare(content, folder) {
  for (const { path, length } of content.files) {
    const copy = join(folder, content.name, ...path)
    if (!same(join(content.folder, content.name, ...path), copy, length)) throw new Error(`${copy} has other bytes`)
  }
}

function same(original, copy, length) {
  const files = [openSync(original, 'r'), openSync(copy, 'r')]
  try {
    if (files.some(file => fstatSync(file).size !== length)) return false
    for (let at = 0; at < length; at += CHUNK) {
      const [left, right] = [readSync(files[0], ours, 0, CHUNK, at), readSync(files[1], theirs, 0, CHUNK, at)]
      if (left !== right || ours.compare(theirs, 0, right, 0, left) !== 0) return false
    }
    return true
  } finally {
    for (const file of files) closeSync(file)
  }
}
