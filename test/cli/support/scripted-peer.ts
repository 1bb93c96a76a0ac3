// A peer that shakes hands, says what the test wants said, serves metadata if it has any, and keeps every byte it was sent.
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { getInteger, isDict } from '../../../src/lib/bencode/access.ts'
import { decode, decodePrefix } from '../../../src/lib/bencode/decode.ts'
import { encode } from '../../../src/lib/bencode/encode.ts'
import type { BencodeDict } from '../../../src/lib/bencode/value.ts'

const HANDSHAKE_LENGTH = 68
const METADATA_PIECE = 16_384

export interface PeerScript {
  readonly infoHash: Uint8Array
  /** Where to listen; 127.0.0.1 by default. */
  readonly host?: string
  /** 8 bytes in hexadecimal; by default the extension bit alone. */
  readonly reserved?: string
  readonly peerId?: string
  /** The id under which this peer takes ut_metadata messages; 0 or none: it speaks no such thing. */
  readonly metadataId?: number
  /** The raw info dictionary, to be served. */
  readonly metadata?: Uint8Array
  /** Has the metadata, and never sends any. */
  readonly withholdsMetadata?: boolean
  /** Sent between the handshake and the extension handshake. */
  readonly bitfield?: Uint8Array
  /** What else this peer does with a message; `reply` goes to who sent it. */
  readonly onMessage?: (message: ReceivedMessage, reply: Reply, socket: Socket) => void
  /** Takes each connection over as it comes; nothing else is done with it. */
  readonly onConnection?: (socket: Socket) => void
}

export type Reply = (id: number, payload: Uint8Array) => void

export interface ReceivedMessage {
  readonly id: number
  readonly payload: Uint8Array
}

export class ScriptedPeer {
  readonly address: string
  /** One for each connection: 68 bytes. */
  readonly handshakes: Buffer[] = []
  /** Of all connections, keep-alives left out. */
  readonly messages: ReceivedMessage[] = []

  constructor(address: string) {
    this.address = address
  }

  /** The extension handshakes that came, decoded. */
  get extended(): readonly BencodeDict[] {
    return this.messages.flatMap(({ id, payload }) => {
      const value = id === 20 && payload[0] === 0 ? decode(payload.subarray(1)) : undefined
      return isDict(value) ? [value] : []
    })
  }
}

export async function scriptedPeer(script: PeerScript): Promise<ScriptedPeer> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (script.onConnection === undefined) converse(socket, script, peer)
    else script.onConnection(socket)
  })
  server.listen(0, script.host ?? '127.0.0.1')
  await once(server, 'listening')
  const { address, port } = server.address() as AddressInfo
  const peer = new ScriptedPeer(`${address}:${port}`)
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return peer
}

function converse(socket: Socket, script: PeerScript, peer: ScriptedPeer): void {
  let bytes = Buffer.alloc(0)
  let greeted = false
  socket.on('data', chunk => {
    bytes = Buffer.concat([bytes, chunk])
    if (!greeted) {
      if (bytes.length < HANDSHAKE_LENGTH) return
      peer.handshakes.push(bytes.subarray(0, HANDSHAKE_LENGTH))
      bytes = bytes.subarray(HANDSHAKE_LENGTH)
      greeted = true
      greet(socket, script)
    }
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const length = bytes.readUInt32BE(0)
      const body = bytes.subarray(4, 4 + length)
      bytes = bytes.subarray(4 + length)
      if (length === 0) continue
      const message = { id: body.readUInt8(0), payload: body.subarray(1) }
      peer.messages.push(message)
      script.onMessage?.(message, (id, payload) => send(socket, id, payload), socket)
      if (body[0] === 20) onExtended(socket, script, peer, body.subarray(1))
    }
  })
}

function greet(socket: Socket, script: PeerScript): void {
  const { infoHash, reserved = '0000000000100000', peerId = '-XX0001-abcdefghijkl', bitfield, metadataId } = script
  socket.write(
    Buffer.concat([
      Buffer.from('\x13BitTorrent protocol', 'latin1'),
      Buffer.from(reserved, 'hex'),
      infoHash,
      Buffer.from(peerId, 'latin1'),
    ]),
  )
  if (bitfield !== undefined) send(socket, 5, bitfield)
  if (metadataId === undefined) return
  const m = metadataId === 0 ? {} : { ut_metadata: metadataId }
  send(socket, 20, Buffer.concat([Buffer.of(0), encode({ m, metadata_size: script.metadata?.length })]))
}

function onExtended(socket: Socket, script: PeerScript, peer: ScriptedPeer, payload: Uint8Array): void {
  const { metadata, withholdsMetadata = false } = script
  if (metadata === undefined || withholdsMetadata || payload[0] !== script.metadataId) return
  const { value } = decodePrefix(payload.subarray(1))
  if (!isDict(value) || getInteger(value, 'msg_type') !== 0) return
  const piece = getInteger(value, 'piece') ?? 0
  const m = peer.extended.at(-1)?.get('m')
  const theirId = isDict(m) ? (getInteger(m, 'ut_metadata') ?? 0) : 0
  const data = metadata.subarray(piece * METADATA_PIECE, (piece + 1) * METADATA_PIECE)
  const header = encode({ msg_type: 1, piece, total_size: metadata.length })
  send(socket, 20, Buffer.concat([Buffer.of(theirId), header, data]))
}

function send(socket: Socket, id: number, payload: Uint8Array): void {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 1)
  head.writeUInt8(id, 4)
  socket.write(Buffer.concat([head, payload]))
}
