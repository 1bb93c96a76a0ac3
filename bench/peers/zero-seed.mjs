// zero-seed.mjs OPTIONS: a seed of a torrent that is all zeros, of any size, without a disk. It connects to a client and
// sends what is asked for. OPTIONS is a JSON object with the client's `host` and `port`, `infoHash` in hex, `pieceCount`.
import { connect } from 'node:net'
import { encodeHandshake, HANDSHAKE_LENGTH, reservedBytes } from '../../dist/lib/wire/handshake.js'
import { bitfield, message, PIECE, REQUEST, UNCHOKE } from './messages.mjs'

const MAX_BLOCK = 2 ** 17
const PEER_ID = Buffer.from('-BN0000-zeroszeroszr')

const { host, port, infoHash, pieceCount } = JSON.parse(process.argv[2])
const zeros = Buffer.alloc(MAX_BLOCK)
let unread = Buffer.alloc(0)
let greeted = false

const socket = connect({ host, port, noDelay: true }, () => {
  const handshake = { infoHash: Buffer.from(infoHash, 'hex'), peerId: PEER_ID }
  socket.write(encodeHandshake({ ...handshake, reserved: reservedBytes({}) }))
  socket.write(bitfield(Buffer.alloc(Math.ceil(pieceCount / 8), 0xff), pieceCount))
  socket.write(message(UNCHOKE))
})
socket.on('data', chunk => {
  unread = Buffer.concat([unread, chunk])
  socket.cork()
  read()
  socket.uncork()
})
socket.on('drain', () => socket.resume())

function read() {
  if (!greeted && unread.length < HANDSHAKE_LENGTH) return
  let at = greeted ? 0 : HANDSHAKE_LENGTH
  greeted = true
  while (unread.length >= at + 4 && unread.length >= at + 4 + unread.readUInt32BE(at)) {
    const length = unread.readUInt32BE(at)
    if (length > 0 && unread[at + 4] === REQUEST) answer(unread.subarray(at + 5, at + 4 + length))
    at += 4 + length
  }
  unread = unread.subarray(at)
}

/** @param {Buffer} request piece, offset and length (BEP 3) */
function answer(request) {
  const length = request.readUInt32BE(8)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(9 + length)
  head[4] = PIECE
  request.copy(head, 5, 0, 8)
  socket.write(head)
  if (!socket.write(zeros.subarray(0, length))) socket.pause()
}
