// Where what peers say can be watched: the diagnostics channel `bt-toolbox:wire` of this process. A connection looks once,
// when it begins, whether anybody listens; if nobody does, watching costs it nothing.
import { channel, type Channel } from 'node:diagnostics_channel'
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash } from '../base/ids.ts'
import { ConversationTrace, type Direction, type TracedMessage } from '../wire/trace.ts'

/** A message to or from a peer, or a change of the connection to it. */
export type WireRecord =
  | {
      readonly type: 'message'
      readonly direction: Direction
      readonly peer: PeerAddress
      /** As the handshakes say it; undefined until the first. */
      readonly infoHash: InfoHash | undefined
      readonly message: TracedMessage
    }
  | {
      readonly type: 'connection'
      readonly peer: PeerAddress
      readonly infoHash: InfoHash | undefined
      readonly state: 'dialled' | 'connected' | 'accepted' | 'closed'
      readonly detail?: string
    }

type ConnectionState = Extract<WireRecord, { readonly type: 'connection' }>['state']

export const wireChannel: Channel = channel('bt-toolbox:wire')

/** Undefined where nobody watches. */
export function traceOf(peer: PeerAddress, state: ConnectionState): WireTrace | undefined {
  return wireChannel.hasSubscribers ? new WireTrace(peer, state) : undefined
}

export class WireTrace {
  readonly #peer: PeerAddress
  readonly #conversation = new ConversationTrace()
  #infoHash: InfoHash | undefined

  constructor(peer: PeerAddress, state: ConnectionState) {
    this.#peer = peer
    this.state(state)
  }

  state(state: ConnectionState, detail?: string): void {
    const base = { type: 'connection', peer: this.#peer, infoHash: this.#infoHash, state } as const
    wireChannel.publish(detail === undefined ? base : { ...base, detail })
  }

  /** The chunk is only looked at. */
  bytes(direction: Direction, chunk: Uint8Array): void {
    for (const message of this.#conversation.read(direction, chunk)) {
      if (message.type === 'handshake' && 'infoHash' in message) this.#infoHash = message['infoHash'] as InfoHash
      wireChannel.publish({ type: 'message', direction, peer: this.#peer, infoHash: this.#infoHash, message })
    }
  }
}
