// slow.mjs OPTIONS: many peers that keep hundreds of requests waiting with one seed, and read what comes a little at a time.
// A JSON object with
//
//   port, host   the seed's
//   infoHashes   in hex; the peers take them in turn
//   count        of peers
//   pieceCount, pieceLength   of each torrent
//   rate         bytes a second that each reads
//   subnet       a.b of their addresses: each has one of its own
//
// It prints `ready` when all have shaken hands, and `left` for each one that was sent away.
import { randomFillSync, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { encodeHandshake, HANDSHAKE_LENGTH, reservedBytes } from '../../dist/lib/wire/handshake.js'
import { INTERESTED, message, request, UNCHOKE } from './messages.mjs'

const DIALLING = 50
/** Addresses of the subnet below this one have owners. */
const FIRST_HOST = 2 ** 15
const BLOCK = 2 ** 14
/** Requests that wait with the seed. */
const WAITING = 250

const options = JSON.parse(process.argv[2])

async function dial(index) {
  const host = FIRST_HOST + index
  const localAddress = `${options.subnet}.${host >> 8}.${host & 255}`
  const socket = connect({ host: options.host, port: options.port, localAddress })
  await once(socket, 'connect')
  const infoHash = Buffer.from(options.infoHashes[index % options.infoHashes.length], 'hex')
  socket.write(encodeHandshake({ infoHash, peerId: randomFillSync(Buffer.alloc(20)), reserved: reservedBytes({}) }))
  await new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('sent away before the handshake')))
    sip(socket, resolve)
  })
  socket.on('close', () => console.log('left'))
  socket.write(message(INTERESTED))
}

/** Reads on only after as long as what came should have taken. */
function sip(socket, greeted) {
  let [seen, rest] = [0, Buffer.alloc(0)]
  socket.on('data', chunk => {
    const before = seen
    seen += chunk.length
    if (before < HANDSHAKE_LENGTH && seen >= HANDSHAKE_LENGTH) greeted()
    const body = chunk.subarray(Math.max(0, HANDSHAKE_LENGTH - before))
    rest = take(Buffer.concat([rest, body]), socket)
    socket.pause()
    setTimeout(() => socket.resume(), (chunk.length / options.rate) * 1000)
  })
}

/** Asks for as much as was given, and for all of it when it may. @returns what is no whole message yet */
function take(bytes, socket) {
  let at = 0
  while (bytes.length - at >= 4 && bytes.length - at >= 4 + bytes.readUInt32BE(at)) {
    const length = bytes.readUInt32BE(at)
    const id = length === 0 ? undefined : bytes[at + 4]
    if (id === UNCHOKE) ask(socket, WAITING)
    else if (length > BLOCK) ask(socket, 1)
    at += 4 + length
  }
  return bytes.subarray(at)
}

function ask(socket, count) {
  const blocks = options.pieceLength / BLOCK
  const any = () => request(randomInt(options.pieceCount - 1), randomInt(blocks) * BLOCK, BLOCK)
  socket.write(Buffer.concat(Array.from({ length: count }, any)))
}

let next = 0
const dialler = async () => {
  while (next < options.count) await dial(next++)
}
await Promise.all(Array.from({ length: DIALLING }, dialler))
console.log('ready')
