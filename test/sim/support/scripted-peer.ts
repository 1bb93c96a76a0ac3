// A peer that does what a test tells it to: a bare PeerConnection on the simulated network, and the raw wire under it.
import type { PeerAddress } from '../../../src/lib/base/address.ts'
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import type { PeerId } from '../../../src/lib/base/ids.ts'
import type { Block } from '../../../src/lib/metainfo/block.ts'
import { PeerConnection, type PeerEvent } from '../../../src/lib/wire/connection.ts'
import { reservedBytes } from '../../../src/lib/wire/handshake.ts'
import type { Content } from './content.ts'
import type { Host, Link, Network, Wire, WireOwner } from './network.ts'

export interface Session {
  readonly connection: PeerConnection
  /** Sends what the connection has queued. */
  flush: () => void
  /** Sends these bytes after that. */
  readonly raw: (bytes: Uint8Array) => void
  /** Sends what is queued and closes. */
  readonly end: () => void
  /** The connection breaks, and what is under way is lost. */
  readonly reset: () => void
  /** Either side has ended the connection. */
  readonly ended: () => boolean
  /** The block's true bytes. */
  readonly bytesOf: (block: Block) => Uint8Array
  /** How many sessions this peer had before. */
  readonly index: number
}

export type Script = (event: PeerEvent, session: Session) => void

export interface ScriptedPeerOptions {
  readonly address: PeerAddress
  readonly peerId: PeerId
  readonly link: Link
  readonly content: Content
  readonly script: Script
  readonly extended?: boolean
  readonly fast?: boolean
}

export class ScriptedPeer {
  readonly address: PeerAddress
  readonly events: PeerEvent[] = []
  /** How each session ended, where the other side ended it. */
  readonly closed: string[] = []
  readonly #options: ScriptedPeerOptions
  readonly #network: Network
  readonly #host: Host
  #sessions = 0

  constructor(network: Network, options: ScriptedPeerOptions) {
    this.#network = network
    this.#options = options
    this.address = options.address
    this.#host = network.join(options.address, options.link, wire => this.#open(wire, false))
  }

  get sessions(): number {
    return this.#sessions
  }

  dial(peer: { readonly address: PeerAddress }): void {
    const owner: { current: WireOwner | undefined } = { current: undefined }
    const wire = this.#host.dial(
      peer.address,
      {
        received: chunk => owner.current?.received(chunk),
        drained: () => undefined,
        closed: detail => this.closed.push(detail),
      },
      () => {
        owner.current = this.#open(wire, true)
      },
    )
  }

  countOf(type: PeerEvent['type']): number {
    return this.events.filter(event => event.type === type).length
  }

  #open(wire: Wire, initiator: boolean): WireOwner {
    const { content, peerId, extended = false, fast = false } = this.#options
    const connection = new PeerConnection({
      initiator,
      infoHash: content.info.infoHash,
      peerId,
      reserved: reservedBytes({ extended, fast }),
      target: block => new Uint8Array(block.length),
      pieceCount: content.info.pieceCount,
      now: this.#network.clock.now,
    })
    const session: Session = {
      connection,
      index: this.#sessions++,
      flush: () => {
        for (let chunk = connection.pollTransmit(); chunk !== undefined; chunk = connection.pollTransmit()) {
          wire.send(chunk)
        }
      },
      raw: bytes => {
        session.flush()
        wire.send(bytes)
      },
      end: () => {
        session.flush()
        wire.end()
      },
      reset: () => wire.lose('the peer reset the connection'),
      ended: () => wire.closed,
      bytesOf: ({ piece, offset, length }) => content.piece(piece).slice(offset, offset + length),
    }
    session.flush()
    return {
      received: chunk => {
        for (const event of connection.receive(chunk, this.#network.clock.now)) this.#on(event, session)
        session.flush()
      },
      drained: () => undefined,
      closed: detail => this.closed.push(detail),
    }
  }

  #on(event: PeerEvent, session: Session): void {
    this.events.push(event.type === 'extended' ? { ...event, payload: event.payload.slice() } : event)
    if (event.type === 'handshake' && !session.connection.handshakeDone) session.connection.accept(event.infoHash)
    this.#options.script(event, session)
  }
}

/** A seed but for what it does with requests. */
export function seedThat(answer: (block: Block, session: Session) => void, pieces: number): Script {
  return (event, session) => {
    if (event.type === 'handshake') session.connection.bitfield(Bitfield.full(pieces))
    else if (event.type === 'interested') session.connection.unchoke(0)
    else if (event.type === 'request') answer(event.block, session)
  }
}

/** The right answer to a request. */
export function sendTrue(block: Block, session: Session): void {
  session.connection.sendBlock(block, session.bytesOf(block))
}
