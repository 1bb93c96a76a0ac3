// seed.mjs HOST FILE TORRENT: serves the file to whoever connects, with just enough of the protocol for that: what is asked for
// is read and sent in runs of blocks, in buffers that are used again and again.
import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { encodeHandshake, reservedBytes } from '../../dist/lib/wire/handshake.js'
import { bitfield, message, UNCHOKE } from '../peers/messages.mjs'
import { BLOCK, readTorrent } from './metainfo.mjs'
import { RequestStream } from './request-stream.mjs'
import { readRun, runBytes } from './runs.mjs'

const PEER_ID = Buffer.from('-BN0000-limitlimitli')
/** One is sent, one waits for it, one is read into. */
const RUNS = 3
const RUN_BLOCKS = 64

const [host, path, torrentPath] = process.argv.slice(2)
const { infoHash, pieceCount, pieceLength } = readTorrent(torrentPath)
const content = { file: openSync(path, 'r'), pieceLength }

const server = createServer({ noDelay: true }, socket => {
  const free = Array.from({ length: RUNS }, () => Buffer.allocUnsafeSlow(runBytes(RUN_BLOCKS, BLOCK)))
  const requests = new RequestStream()
  const serve = () => {
    while (free.length > 0 && requests.waiting.length > 0) {
      const run = free.pop()
      const sent = error => {
        if (error) return
        free.push(run)
        serve()
      }
      socket.write(readRun(content, requests.waiting.splice(0, RUN_BLOCKS), run), sent)
    }
  }
  socket.on('data', chunk => {
    requests.read(chunk)
    serve()
  })
  // It goes away when it has all.
  socket.on('error', () => socket.destroy())
  socket.write(encodeHandshake({ infoHash, peerId: PEER_ID, reserved: reservedBytes({}) }))
  socket.write(bitfield(Buffer.alloc(Math.ceil(pieceCount / 8), 0xff), pieceCount))
  socket.write(message(UNCHOKE))
})
server.listen(0, host, () => console.log(`listening ${server.address().port}`))
