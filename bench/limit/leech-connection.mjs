// One connection with a seed: the blocks of a piece are asked for in their order, of one piece after the other, whichever
// no other connection has taken; many at a time, once half of those before have come.
import { connect } from 'node:net'
import { encodeHandshake, reservedBytes } from '../../dist/lib/wire/handshake.js'
import { INTERESTED, message, REQUEST } from '../peers/messages.mjs'
import { SeedStream } from './seed-stream.mjs'

const PEER_ID = Buffer.from('-BN0000-limitlimitli')
const REQUEST_SIZE = 17

/** For all connections: it is done with before the next read. */
const buffer = Buffer.allocUnsafeSlow(2 ** 18)

export class LeechConnection {
  #torrent
  #pieces
  #most
  #socket
  #stream
  #unchoked = false
  #asked = 0
  #piece
  #offset = 0

  /** @param {number} most blocks to be asked for at a time */
  constructor({ torrent, pieces, most }) {
    this.#torrent = torrent
    this.#pieces = pieces
    this.#most = most
    this.#stream = new SeedStream({
      pieces,
      unchoked: () => (this.#unchoked = true),
      arrived: () => (this.#asked -= 1),
    })
  }

  open({ host, port }) {
    this.#socket = connect({ host, port, noDelay: true, onread: { buffer, callback: count => this.#received(count) } })
    this.#socket.on('close', () => {
      throw new Error(`the seed ${host}:${port} went away`)
    })
    const { infoHash } = this.#torrent
    this.#socket.write(encodeHandshake({ infoHash, peerId: PEER_ID, reserved: reservedBytes({}) }))
    this.#socket.write(message(INTERESTED))
  }

  /** @returns {boolean} true: read on */
  #received(count) {
    this.#stream.read(buffer, count)
    if (this.#unchoked && this.#asked <= this.#most / 2) this.#ask()
    return true
  }

  #ask() {
    const requests = Buffer.allocUnsafe(REQUEST_SIZE * (this.#most - this.#asked))
    let written = 0
    while (written < requests.length && this.#findBlock()) written = this.#writeRequest(requests, written)
    this.#asked += written / REQUEST_SIZE
    if (written > 0) this.#socket.write(requests.subarray(0, written))
  }

  /** @returns {boolean} whether there is another one to ask for */
  #findBlock() {
    if (this.#piece === undefined || this.#offset === this.#torrent.pieceBytes(this.#piece)) {
      this.#piece = this.#pieces.take()
      this.#offset = 0
    }
    return this.#piece !== undefined
  }

  #writeRequest(requests, at) {
    const length = this.#torrent.blockBytes(this.#piece, this.#offset)
    requests.writeUInt32BE(REQUEST_SIZE - 4, at)
    requests[at + 4] = REQUEST
    requests.writeUInt32BE(this.#piece, at + 5)
    requests.writeUInt32BE(this.#offset, at + 9)
    requests.writeUInt32BE(length, at + 13)
    this.#offset += length
    return at + REQUEST_SIZE
  }
}
