// The one listening socket for all torrents: a peer says in its handshake which torrent it came for, so until then the
// connection belongs to nobody but this file.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { PeerAddress } from '../base/address.ts'
import { BtError, messageOf } from '../base/errors.ts'
import type { PeerId } from '../base/ids.ts'
import { networkOf } from '../discovery/ip.ts'
import { PeerConnection } from '../wire/connection.ts'
import { encodeHandshake, reservedBytes, type Handshake } from '../wire/handshake.ts'
import { PeerSocket, type PeerSocketOwner } from './peer-socket.ts'
import type { SocketBudget } from './socket-budget.ts'

/** Sockets that have not said what they want; past this the oldest of the host that has most of them has to go. */
const MAX_UNCLAIMED = 256

/** Takes the peer over and returns the socket's new owner, or undefined: nobody here serves that torrent. */
export type Claim = (visitor: {
  readonly socket: PeerSocket
  readonly connection: PeerConnection
  readonly handshake: Handshake
  readonly address: PeerAddress
}) => PeerSocketOwner | undefined

export interface ListenerOptions {
  readonly host: string | undefined
  readonly port: number
  readonly peerId: PeerId
  readonly now: () => number
  readonly claim: Claim
  /** Connections count for it; past it the newest is refused. */
  readonly budget?: SocketBudget
}

export class Listener {
  readonly #server: Server
  readonly #options: ListenerOptions
  /** Each with what lets go of it. */
  readonly #unclaimed = new Map<PeerSocket, () => void>()

  private constructor(options: ListenerOptions) {
    this.#options = options
    this.#server = createServer(socket => this.#welcome(socket))
  }

  /** @throws BtError LISTEN_FAILED where the port is taken or may not be used. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options)
    await new Promise<void>((resolve, reject) => {
      // Later errors are those of single connections that could not be accepted (out of descriptors); others still can.
      listener.#server.on('error', error => reject(listenError(options, error)))
      listener.#server.listen({ port: options.port, host: options.host }, resolve)
    })
    return listener
  }

  get address(): PeerAddress {
    const address = this.#server.address() as AddressInfo
    return { host: address.address, port: address.port }
  }

  async close(): Promise<void> {
    for (const [socket, leave] of this.#unclaimed) {
      leave()
      socket.close()
    }
    await new Promise<void>(resolve => this.#server.close(() => resolve()))
  }

  #welcome(raw: Socket): void {
    const { peerId, now, budget } = this.#options
    if (budget?.full === true) {
      raw.destroy()
      return
    }
    budget?.add(raw)
    if (this.#unclaimed.size >= MAX_UNCLAIMED) this.#makeRoom()
    const reserved = reservedBytes({ extended: true, fast: true })
    const connection = new PeerConnection({
      initiator: false,
      peerId,
      reserved,
      target: () => undefined,
      now: now(),
    })
    let owner: PeerSocketOwner | undefined
    const leave = (): void => {
      clearTimeout(timer)
      this.#unclaimed.delete(socket)
    }
    const socket = PeerSocket.accepted(raw, {
      connected: () => undefined,
      received: chunk => {
        if (owner !== undefined) return owner.received(chunk)
        for (const event of connection.receive(chunk, now())) {
          if (event.type === 'closed') {
            leave()
            // Our own dial: only our peer id tells it that the address it was given is ours.
            if (event.reason === 'self-connection' && connection.remote !== undefined) {
              raw.write(encodeHandshake({ infoHash: connection.remote.infoHash, peerId, reserved }))
            }
            return socket.close()
          }
          if (event.type !== 'handshake') continue
          leave()
          owner = this.#options.claim({ socket, connection, handshake: event, address: socket.remoteAddress })
          if (owner === undefined) socket.close()
          return undefined
        }
      },
      flushed: () => owner?.flushed(),
      sent: chunk => owner?.sent(chunk),
      closed: detail => {
        leave()
        owner?.closed(detail)
      },
    })
    this.#unclaimed.set(socket, leave)
    const timer = setTimeout(
      () => {
        leave()
        socket.close()
      },
      Math.max(0, connection.deadline - now()),
    )
  }

  /** A peer says what it wants at once: what waits for long, and is one of many, is no loss. */
  #makeRoom(): void {
    const counts = new Map<string, number>()
    for (const { remoteAddress } of this.#unclaimed.keys()) {
      const network = networkOf(remoteAddress.host)
      counts.set(network, (counts.get(network) ?? 0) + 1)
    }
    const most = Math.max(...counts.values())
    for (const [socket, leave] of this.#unclaimed) {
      if (counts.get(networkOf(socket.remoteAddress.host)) !== most) continue
      leave()
      return socket.close()
    }
  }
}

function listenError(options: ListenerOptions, error: NodeJS.ErrnoException): BtError {
  const where = `port ${options.port}${options.host === undefined ? '' : ` of ${options.host}`}`
  const why =
    error.code === 'EADDRINUSE'
      ? 'it is in use; choose another with --port, or 0 for any free one'
      : error.code === 'EACCES'
        ? 'ports below 1024 need more rights; choose another with --port'
        : messageOf(error)
  return new BtError('LISTEN_FAILED', `can not listen on ${where}: ${why}`, { cause: error })
}
