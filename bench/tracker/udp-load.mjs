// Announces of random peers in random swarms over UDP: node udp-load.mjs HOST PORT SECONDS HASHES
// HASHES has an info-hash a line, in hexadecimal. Some announces are always under way; each answer brings the next.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

const [, , host, port, seconds, file] = process.argv
const hashes = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => Buffer.from(line, 'hex'))

const SOCKETS = 8
const UNDER_WAY = 16
const PEERS = 100_000
/** Milliseconds after which those that got no answer count as lost, and others are sent. */
const LOST = 250
const LATENCY_SAMPLE = 64

let answered = 0
let lost = 0
let counting = false
const latencies = []

class Client {
  #socket = createSocket('udp4')
  #packet = Buffer.alloc(98)
  #underWay = 0
  #last = 0
  #timer

  async start() {
    this.#socket.connect(Number(port), host)
    await once(this.#socket, 'connect')
    const connect = Buffer.alloc(16)
    connect.writeBigUInt64BE(0x417_2710_1980n)
    this.#socket.send(connect)
    const [answer] = await once(this.#socket, 'message')
    answer.copy(this.#packet, 0, 8, 16)
    this.#packet.writeUInt32BE(1, 8)
    this.#packet.writeInt32BE(50, 92)
    this.#socket.on('message', data => this.#answer(data))
    this.#socket.on('error', () => undefined)
    this.#fill()
    this.#timer = setInterval(() => this.#recover(), LOST)
  }

  stop() {
    clearInterval(this.#timer)
    this.#socket.close()
  }

  #answer(data) {
    if (data.readUInt32BE(0) !== 1) throw new Error(`the tracker refused: ${data.subarray(8)}`)
    this.#last = performance.now()
    this.#underWay = Math.max(0, this.#underWay - 1)
    if (counting) {
      answered++
      const sent = data.readUInt32BE(4)
      if (answered % LATENCY_SAMPLE === 0) latencies.push((micros() - sent) >>> 0)
    }
    this.#fill()
  }

  #recover() {
    if (performance.now() - this.#last < LOST) return
    if (counting) lost += this.#underWay
    this.#underWay = 0
    this.#fill()
  }

  #fill() {
    while (this.#underWay < UNDER_WAY) {
      this.#underWay++
      const peer = Math.floor(Math.random() * PEERS)
      // The transaction id is the time, so that the answer tells how long it took.
      const packet = Buffer.from(this.#packet)
      packet.writeUInt32BE(micros(), 12)
      hashes[Math.floor(Math.random() * hashes.length)].copy(packet, 16)
      packet.write(`-XX0100-${String(peer).padStart(12, '0')}`, 36, 'latin1')
      packet.writeBigUInt64BE(peer % 4 === 0 ? 0n : 1_000_000n, 64)
      packet.writeUInt16BE(1024 + (peer % 60_000), 96)
      this.#socket.send(packet)
    }
  }
}

function micros() {
  return Math.floor(performance.now() * 1000) >>> 0
}

const clients = Array.from({ length: SOCKETS }, () => new Client())
await Promise.all(clients.map(client => client.start()))
counting = true
const began = performance.now()
await new Promise(resolve => setTimeout(resolve, Number(seconds) * 1000))
counting = false
const took = (performance.now() - began) / 1000
for (const client of clients) client.stop()
latencies.sort((a, b) => a - b)
const at = part => ((latencies[Math.floor(latencies.length * part)] ?? 0) / 1000).toFixed(2)
console.log(`announces ${(answered / took).toFixed(0)}/s lost ${lost} median ${at(0.5)} ms p99 ${at(0.99)} ms`)
