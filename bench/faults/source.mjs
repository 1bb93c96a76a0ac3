// A seed in this process, whose count of what it gave is part of the test.
import { randomFillSync } from 'node:crypto'
import { mkdirSync, openSync, readFileSync, closeSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createEngine } from '../../dist/lib/engine/engine.js'
import { loadSource } from '../../dist/lib/engine/source.js'
import { makeTorrent } from '../lib/torrent.mjs'

/** Makes the content and seeds it. @param {number} rate bytes a second */
export async function openSource(folder, shape, rate) {
  mkdirSync(folder)
  const content = { folder, name: 'content', files: shape.files }
  for (const { path, length } of shape.files) writeRandom(join(folder, 'content', ...path), length)
  // The tracker is never asked: peers are named.
  const torrent = makeTorrent(content, {
    pieceLength: shape.pieceLength,
    folder,
    tracker: 'http://127.0.0.1:1/announce',
  })
  const engine = await createEngine({ host: '127.0.0.1', maxUp: rate })
  const session = engine.seed(await loadSource(torrent.file), { path: folder, discover: false })
  await session.done
  return {
    shape,
    torrent,
    pieces: piecesOf(torrent),
    address: `127.0.0.1:${engine.address.port}`,
    given: () => session.progress().uploaded,
    close: () => engine.close(),
  }
}

function writeRandom(path, length) {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'w')
  writeSync(file, randomFillSync(Buffer.alloc(length)))
  closeSync(file)
}

/** The bytes of each piece. */
function piecesOf({ content, pieceLength }) {
  const bytes = Buffer.concat(
    content.files.map(({ path }) => readFileSync(join(content.folder, content.name, ...path))),
  )
  const count = Math.ceil(bytes.length / pieceLength)
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * pieceLength, (index + 1) * pieceLength))
}
