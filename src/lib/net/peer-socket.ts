// The loop of one peer's TCP connection: bytes in go to its owner as borrowed chunks, bytes out are pulled from the
// PeerConnection while the socket takes them. Exactly one of `closed` or our own `close` ends it.
import { connect, Socket } from 'node:net'
import type { PeerAddress } from '../base/address.ts'
import { messageOf } from '../base/errors.ts'
import type { PeerConnection } from '../wire/connection.ts'
import { SocketBudget } from './socket-budget.ts'
import { traceOf, type WireTrace } from './wire-trace.ts'

/** One buffer serves all sockets: Node hands it out for the length of the callback only, and nothing keeps it. */
const READ_BUFFER = Buffer.allocUnsafeSlow(256 * 1024)
/** Bytes inside Node's stream above which we leave the rest in the PeerConnection, where it can still be cancelled. */
const WRITE_HIGH_WATER = 256 * 1024
/** Milliseconds for a TCP connection to come about (libtorrent `peer_connect_timeout`). */
const CONNECT_TIMEOUT = 10_000
/** Milliseconds that what is queued may take to go out once we close. */
const CLOSE_TIMEOUT = 1_000

export interface PeerSocketOwner {
  connected(): void
  /** The chunk is borrowed for the call. */
  received(chunk: Uint8Array): void
  /** Bytes went out; there may be room for more. */
  flushed(): void
  /** The system has taken this chunk of the connection: its memory may be used again. */
  sent(chunk: Uint8Array): void
  /** The socket ended, not by `close`. */
  closed(detail: string): void
}

export class PeerSocket {
  readonly #socket: Socket
  readonly #owner: PeerSocketOwner
  readonly #trace: WireTrace | undefined
  #connection: PeerConnection | undefined
  #ended = false

  private constructor(socket: Socket, owner: PeerSocketOwner, trace: WireTrace | undefined) {
    this.#socket = socket
    this.#owner = owner
    this.#trace = trace
    socket.setNoDelay(true)
    socket.on('drain', () => this.flush())
    socket.on('error', error => this.#end(plainReason(error)))
    socket.on('end', () => this.#end('the peer closed the connection'))
    socket.on('close', () => this.#end('the connection was closed'))
  }

  /** @param budget that it counts for; where that is used up, the owner hears so as of a peer that can not be reached */
  static dial(address: PeerAddress, owner: PeerSocketOwner, budget: SocketBudget = new SocketBudget()): PeerSocket {
    if (budget.full) return PeerSocket.#refused(address, owner)
    const socket = connect({
      host: address.host,
      port: address.port,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          self.#receive(buffer.subarray(0, length))
          return true
        },
      },
    })
    budget.add(socket)
    const self = new PeerSocket(socket, owner, traceOf(address, 'dialled'))
    socket.setTimeout(CONNECT_TIMEOUT, () => self.#end('no answer within 10 s'))
    socket.once('connect', () => {
      socket.setTimeout(0)
      self.#trace?.state('connected')
      owner.connected()
    })
    return self
  }

  static #refused(address: PeerAddress, owner: PeerSocketOwner): PeerSocket {
    const socket = new Socket()
    const self = new PeerSocket(socket, owner, traceOf(address, 'dialled'))
    socket.destroy(new Error('there are as many connections as the limit of open files allows'))
    return self
  }

  /** A socket that came to us. */
  static accepted(socket: Socket, owner: PeerSocketOwner): PeerSocket {
    const self = new PeerSocket(socket, owner, traceOf(remoteAddress(socket), 'accepted'))
    socket.on('data', chunk => self.#receive(typeof chunk === 'string' ? Buffer.from(chunk) : chunk))
    return self
  }

  get remoteAddress(): PeerAddress {
    return remoteAddress(this.#socket)
  }

  /** Bytes that the system has not taken yet. */
  get unsent(): number {
    return this.#socket.writableLength + (this.#connection?.queuedBytes ?? 0)
  }

  /** From now on the bytes of this connection are sent. */
  drive(connection: PeerConnection): void {
    this.#connection = connection
  }

  /** Sends what the connection has queued, as far as the socket takes it. */
  flush(): void {
    const connection = this.#connection
    if (this.#ended || connection === undefined) return
    let moved = false
    this.#socket.cork()
    while (this.#socket.writableLength < WRITE_HIGH_WATER) {
      const chunk = connection.pollTransmit()
      if (chunk === undefined) break
      this.#trace?.bytes('out', chunk)
      this.#socket.write(chunk, error => {
        if (!error) this.#owner.sent(chunk)
      })
      moved = true
    }
    this.#socket.uncork()
    if (moved) this.#owner.flushed()
  }

  /** Sends what is queued and closes; the owner hears nothing more. */
  close(): void {
    if (this.#ended) return
    this.#ended = true
    this.#trace?.state('closed', 'by us')
    const socket = this.#socket
    if (socket.connecting || socket.destroyed) {
      socket.destroy()
      return
    }
    // A peer that reads nothing, or never stops sending, must not keep us.
    const cut = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT)
    socket.once('close', () => clearTimeout(cut))
    socket.end()
    socket.resume()
  }

  #receive(chunk: Uint8Array): void {
    if (this.#ended) return
    this.#trace?.bytes('in', chunk)
    this.#owner.received(chunk)
  }

  #end(detail: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#trace?.state('closed', detail)
    this.#socket.destroy()
    this.#owner.closed(detail)
  }
}

function remoteAddress({ remoteAddress: host = '', remotePort: port = 0 }: Socket): PeerAddress {
  return { host: host.replace(/^::ffff:(?=\d+\.)/, ''), port }
}

/** What went wrong with a socket, without Node's prefixes. */
function plainReason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the peer reset the connection'
    case 'ETIMEDOUT':
      return 'connection timed out'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name was not found'
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open here'
    default:
      return messageOf(error)
  }
}
