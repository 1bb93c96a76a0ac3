// A torrent of 200 GiB that needs neither the space nor the time: all its pieces are zeros, and have one hash.
import { createHash } from 'node:crypto'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeTorrent } from './torrent.mjs'

const LENGTH = 200 * 2 ** 30
const PIECE_LENGTH = 4 * 2 ** 20

/** @param {import('./lab.mjs').Lab} lab @returns {import('./torrent.mjs').Torrent} */
export function sparseTorrent(lab) {
  const [folder, name] = [lab.folder('content'), 'sparse.bin']
  writeFileSync(join(folder, name), '')
  truncateSync(join(folder, name), LENGTH)
  const hash = createHash('sha1').update(Buffer.alloc(PIECE_LENGTH)).digest()
  const pieces = Buffer.concat(Array.from({ length: LENGTH / PIECE_LENGTH }, () => hash))
  const content = { folder, name, files: [{ path: [], length: LENGTH }] }
  const options = { pieceLength: PIECE_LENGTH, folder: lab.folder('torrent'), tracker: lab.tracker.url, pieces }
  return makeTorrent(content, options)
}
