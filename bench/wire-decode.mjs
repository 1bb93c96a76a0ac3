// How fast PeerConnection decodes 16 KiB blocks into their place, without sockets or disks, by the size of the chunks
// that the network hands over, and what a request costs to queue. Build first: npm run build && node bench/wire-decode.mjs
import { performance } from 'node:perf_hooks'
import { PeerConnection } from '../dist/lib/wire/connection.js'
import { encodeHandshake, reservedBytes } from '../dist/lib/wire/handshake.js'

const BLOCK = 16_384
const BLOCKS = 4_096
const ROUNDS = 16
const CHUNK_SIZES = [1_448, 16_384, 65_536, 262_144]

const infoHash = new Uint8Array(20)
const reserved = reservedBytes({ extended: true })
const peerId = fill => new Uint8Array(20).fill(fill)

/** An open connection that writes blocks into one piece of 1 MiB, over and over. */
function connect() {
  const piece = new Uint8Array(64 * BLOCK)
  const target = block => new Uint8Array(piece.buffer, block.offset % piece.length, block.length)
  const peer = new PeerConnection({ initiator: true, peerId: peerId(1), infoHash, reserved, target, now: 0 })
  peer.receive(encodeHandshake({ infoHash, peerId: peerId(2), reserved }), 0)
  while (peer.pollTransmit() !== undefined);
  return peer
}

function stream() {
  const sender = connect()
  const data = new Uint8Array(BLOCK).fill(7)
  for (let i = 0; i < BLOCKS; i++) sender.sendBlock({ piece: i >> 6, offset: (i & 63) * BLOCK, length: BLOCK }, data)
  const chunks = []
  for (let chunk = sender.pollTransmit(); chunk !== undefined; chunk = sender.pollTransmit()) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function decode(wire, chunkSize) {
  const peer = connect()
  let blocks = 0
  const start = performance.now()
  for (let round = 0; round < ROUNDS; round++) {
    for (let at = 0; at < wire.length; at += chunkSize) {
      for (const event of peer.receive(wire.subarray(at, at + chunkSize), 0)) if (event.type === 'block') blocks++
    }
  }
  const seconds = (performance.now() - start) / 1000
  if (blocks !== BLOCKS * ROUNDS) throw new Error(`${blocks} blocks came out`)
  return (wire.length * ROUNDS) / seconds / 1e9
}

function request(count) {
  const peer = connect()
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    peer.request({ piece: i, offset: 0, length: BLOCK }, 0)
    if (i % 250 === 0) while (peer.pollTransmit() !== undefined);
  }
  return ((performance.now() - start) * 1e6) / count
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1]
const wire = stream()
for (const size of CHUNK_SIZES) {
  const runs = Array.from({ length: 5 }, () => decode(wire, size))
  console.log(`decode, chunks of ${size} bytes: ${median(runs).toFixed(1)} GB/s`)
}
console.log(`request: ${median(Array.from({ length: 5 }, () => request(1_000_000))).toFixed(0)} ns`)
