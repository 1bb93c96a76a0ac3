// A wire extension (BEP 10): peers that speak it answer each other's pings. A session is sans-io: it is called with what
// came and the time, answers by `peer.send`, and never awaits.
import type { ExtensionPeer, ExtensionSession, Toolkit, WireExtension } from 'bt-toolbox/plugin'

/** Milliseconds between two pings. */
export const PING_INTERVAL = 60_000
/** Pings of a peer that are answered in that time; more are ignored. */
const MAX_PINGS = 5

/** `{ ping: n }` is answered by `{ pong: n }`. */
export function extension(kit: Toolkit): WireExtension {
  // `open` is called once a torrent, `connect` once for each peer: what a torrent's peers share would live in between.
  return { name: 'bt_sample', open: () => ({ connect: peer => new PingSession(peer, kit) }) }
}

class PingSession implements ExtensionSession {
  /** When `handleTimeout` is wanted, milliseconds on the clock of `now`. */
  deadline = Infinity
  readonly #peer: ExtensionPeer
  readonly #kit: Toolkit
  #pings = 0
  #answered = 0

  constructor(peer: ExtensionPeer, kit: Toolkit) {
    this.#peer = peer
    this.#kit = kit
  }

  onHandshake(_handshake: unknown, speaks: boolean, now: number): void {
    this.deadline = speaks ? Math.min(this.deadline, now + PING_INTERVAL) : Infinity
  }

  /** The payload is borrowed: whoever keeps any of it takes a copy. */
  onMessage(payload: Uint8Array): void {
    const ping = this.#numberIn(payload, 'ping')
    if (ping === undefined || this.#answered >= MAX_PINGS) return
    this.#answered++
    this.#peer.send(this.#kit.encode({ pong: ping }))
  }

  handleTimeout(now: number): void {
    this.deadline = now + PING_INTERVAL
    this.#answered = 0
    this.#peer.send(this.#kit.encode({ ping: ++this.#pings }))
  }

  /** What a peer sends may be anything. */
  #numberIn(payload: Uint8Array, key: string): number | undefined {
    try {
      const message = this.#kit.decode(payload)
      const value = message instanceof Map ? message.get(key) : undefined
      return typeof value === 'number' ? value : undefined
    } catch {
      return undefined
    }
  }
}
