// crowd.mjs OPTIONS: many peers that connect to one client, say what they have, and then do nothing. A JSON object with
//
//   port, host   the client's
//   infoHashes   in hex; the peers take them in turn
//   count        of peers
//   interested   whether they say that they are, and wait for ever to be unchoked or do nothing when they are
//   pieceCount   of each torrent: every peer has a random half of the pieces
//   subnet       a.b of their addresses: each has one of its own
//   welcome      an address to listen on: the first peer waits there for the client to connect, the others until it has
//
// It prints `welcoming PORT`, `ready` when all have shaken hands, and `left` for each one that was sent away.
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { encodeHandshake, HANDSHAKE_LENGTH, reservedBytes } from '../../dist/lib/wire/handshake.js'
import { bitfield, INTERESTED, message } from './messages.mjs'

/** At once: whoever is connected to has a limit on those of whom it knows nothing yet. */
const DIALLING = 50
/** Addresses of the subnet below this one have owners. */
const FIRST_HOST = 2 ** 15

const options = JSON.parse(process.argv[2])

/** Shakes hands and says what it has. */
async function join(socket, infoHash) {
  const peerId = randomFillSync(Buffer.alloc(20))
  socket.write(encodeHandshake({ infoHash: Buffer.from(infoHash, 'hex'), peerId, reserved: reservedBytes({}) }))
  await answered(socket)
  socket.on('close', () => console.log('left'))
  const half = randomFillSync(Buffer.alloc(Math.ceil(options.pieceCount / 8)))
  socket.write(bitfield(half, options.pieceCount))
  if (options.interested) socket.write(message(INTERESTED))
}

/** Resolves with the handshake of the other side; what it says later is of no interest. */
async function answered(socket) {
  await new Promise((resolve, reject) => {
    let seen = 0
    socket.on('data', chunk => {
      seen += chunk.length
      if (seen >= HANDSHAKE_LENGTH) resolve()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('sent away before the handshake')))
  })
}

async function dial(index) {
  const host = FIRST_HOST + index
  const localAddress = `${options.subnet}.${host >> 8}.${host & 255}`
  const socket = connect({ host: options.host, port: options.port, localAddress })
  await once(socket, 'connect')
  await join(socket, options.infoHashes[index % options.infoHashes.length])
}

async function welcome(host) {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  console.log(`welcoming ${server.address().port}`)
  const [socket] = await once(server, 'connection')
  await join(socket, options.infoHashes[0])
}

let next = 0
if (options.welcome !== undefined) {
  await welcome(options.welcome)
  next = 1
}
const dialler = async () => {
  while (next < options.count) await dial(next++)
}
await Promise.all(Array.from({ length: DIALLING }, dialler))
console.log('ready')
