// A bare peer on a real socket: speaks BEP 6, says that it has nothing, is interested, and asks for a block of the first piece
// that is allowed fast, and for one beyond that piece's end. Prints the type of each event, one a line.
import { connect } from 'node:net'
import { PeerConnection } from '../../../dist/lib/wire/connection.js'
import { reservedBytes } from '../../../dist/lib/wire/handshake.js'

const { host, port, infoHash, pieceCount, pieceLength } = JSON.parse(process.argv[2])
const now = () => performance.now()
const connection = new PeerConnection({
  initiator: true,
  infoHash: new Uint8Array(Buffer.from(infoHash, 'hex')),
  peerId: new Uint8Array(Buffer.from('-tb0100-wirepeer0000', 'latin1')),
  reserved: reservedBytes({ extended: true, fast: true }),
  pieceCount,
  target: block => new Uint8Array(block.length),
  now: now(),
})
const socket = connect({ host, port })
const flush = () => {
  for (let chunk = connection.pollTransmit(); chunk !== undefined; chunk = connection.pollTransmit())
    socket.write(chunk)
}
let asked = false

socket.on('connect', flush)
socket.on('data', chunk => {
  for (const event of connection.receive(new Uint8Array(chunk), now())) {
    console.log(event.type)
    if (event.type === 'handshake') {
      connection.haveNone()
      connection.interested(now())
    } else if (event.type === 'allowedFast' && !asked) {
      asked = true
      for (const offset of [0, pieceLength]) connection.request({ piece: event.piece, offset, length: 16_384 }, now())
    }
  }
  flush()
})
socket.on('close', () => console.log('ended'))
