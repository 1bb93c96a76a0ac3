// .torrent files, with and without a tracker: not every client can be told of a peer.
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '../../dist/lib/bencode/encode.js'

/**
 * @typedef {object} Torrent
 * @property {string} file the .torrent without a tracker
 * @property {string} announced the same torrent with one
 * @property {import('./content.mjs').Content} content
 * @property {number} length bytes
 * @property {number} pieceLength
 * @property {number} pieceCount
 * @property {Buffer} infoHash
 */

/**
 * @param {import('./content.mjs').Content} content
 * @param {{ pieceLength: number, folder: string, tracker: string, pieces?: Buffer }} options folder: where the .torrents
 *   go; pieces: the hashes, where they are known without reading
 * @returns {Torrent}
 */
export function makeTorrent(content, { pieceLength, folder, tracker, pieces = hashes(content, pieceLength) }) {
  const { name, files } = content
  const single = files.length === 1 && files[0].path.length === 0
  const shape = single ? { length: files[0].length } : { files: files.map(({ path, length }) => ({ path, length })) }
  const info = { name, 'piece length': pieceLength, pieces, ...shape }
  const infoHash = createHash('sha1').update(encode(info)).digest()
  // Named by content: a client that keeps state by the file's name must not take one torrent for another.
  const base = join(folder, infoHash.toString('hex'))
  writeFileSync(`${base}.torrent`, encode({ info }))
  writeFileSync(`${base}-announced.torrent`, encode({ announce: tracker, info }))
  return {
    file: `${base}.torrent`,
    announced: `${base}-announced.torrent`,
    content,
    length: files.reduce((sum, { length }) => sum + length, 0),
    pieceLength,
    pieceCount: pieces.length / 20,
    infoHash,
  }
}

/** SHA-1 of each piece, of all files in a row (BEP 3). */
function hashes({ folder, name, files }, pieceLength) {
  const digests = []
  let hash = createHash('sha1')
  let filled = 0
  const buffer = Buffer.alloc(pieceLength)
  for (const { path } of files) {
    const file = openSync(join(folder, name, ...path), 'r')
    for (;;) {
      const read = readSync(file, buffer, 0, pieceLength - filled)
      if (read === 0) break
      hash.update(buffer.subarray(0, read))
      filled += read
      if (filled < pieceLength) continue
      digests.push(hash.digest())
      hash = createHash('sha1')
      filled = 0
    }
    closeSync(file)
  }
  if (filled > 0) digests.push(hash.digest())
  return Buffer.concat(digests)
}
