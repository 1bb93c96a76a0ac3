// Tests of wire extensions without a network: joins the sessions of two instances of an extension in virtual time. Each
// joint is closed at most once, and its two ends see that in the order in which all else was sent.
import type { PeerAddress } from '../base/address.ts'
import type { BencodeDict, ExtensionInstance, ExtensionPeer, ExtensionSession } from './api.ts'
import { toolkit } from './toolkit.ts'

/** Inputs to sessions after which a simulation counts as one that never ends. */
const MAX_STEPS = 1_000_000

/** How a connection behaves; by default messages arrive at once. */
export interface JointOptions {
  /** Milliseconds that each message takes. */
  readonly delay?: number
  /** Said of each message that `from` sent; a lost message never arrives. */
  readonly fate?: (payload: Uint8Array, from: 'a' | 'b') => 'arrives' | 'lost'
}

/** One end of a joint: what the session there did. */
export interface JointEnd {
  readonly session: ExtensionSession
  /** The messages that this end sent, in order, lost ones too. */
  readonly sent: readonly Uint8Array[]
  /** Why this end closed the connection, if it did. */
  readonly closed: { readonly reason: string; readonly ban: boolean } | undefined
}

/** A connection between two sessions. */
export interface Joint {
  readonly a: JointEnd
  readonly b: JointEnd
  /** The connection is lost, as if the network had failed. */
  cut(): void
}

interface Delivery {
  readonly at: number
  readonly run: () => void
}

/** Connections between instances of one extension, and the clock that they share. */
export class ExtensionNetwork {
  readonly #name: string
  readonly #sessions = new Set<ExtensionSession>()
  #deliveries: Delivery[] = []
  #ports = 0
  /** Milliseconds. */
  now: number = 0

  /** @param name of the extension, as in the `m` dictionary. */
  constructor(name: string) {
    this.#name = name
  }

  /**
   * Connects two instances; their handshakes are under way when it returns. A scripted peer is an instance as well, and an
   * `m` in what its session adds to the handshake stands in place of the usual one.
   */
  join(a: ExtensionInstance, b: ExtensionInstance, options: JointOptions = {}): Joint {
    const { delay = 0, fate = () => 'arrives' } = options
    const link = { open: true }
    const whileOpen = (run: () => void): void => this.#later(delay, () => link.open && run())
    const close = (): void => {
      if (!link.open) return
      link.open = false
      this.#later(0, () => this.#close(ends.a))
      this.#later(0, () => this.#close(ends.b))
    }
    const makeEnd = (instance: ExtensionInstance, side: 'a' | 'b'): End =>
      new End(instance, {
        address: { host: '127.0.0.1', port: ++this.#ports },
        isOpen: () => link.open,
        close,
        transmit: payload => {
          if (fate(payload, side) === 'arrives') whileOpen(() => ends[otherSide(side)].deliver(payload, this.now))
        },
      })
    const ends = { a: makeEnd(a, 'a'), b: makeEnd(b, 'b') }
    for (const side of ['a', 'b'] as const) {
      this.#sessions.add(ends[side].session)
      const handshake = ends[side].handshake(this.#name)
      whileOpen(() => ends[otherSide(side)].shake(handshake, this.#name, this.now))
    }
    return { ...ends, cut: close }
  }

  /** Runs all that happens within so many milliseconds, or until `until` says so. */
  run(ms: number, until: () => boolean = () => false): void {
    const end = this.now + ms
    for (let step = 0; !until(); step++) {
      if (step === MAX_STEPS) throw new Error(`the sessions did not come to rest within ${MAX_STEPS} steps`)
      const next = this.#nextTime()
      if (next > end) {
        this.now = end
        return
      }
      this.now = Math.max(this.now, next)
      this.#step()
    }
  }

  #step(): void {
    const [delivery] = this.#deliveries
    if (delivery !== undefined && delivery.at <= this.now) {
      this.#deliveries.shift()
      delivery.run()
      return
    }
    for (const session of this.#sessions) {
      const { deadline } = session
      if (deadline === undefined || deadline > this.now) continue
      session.handleTimeout?.(this.now)
      if ((session.deadline ?? Infinity) <= this.now) throw new Error(`a session's deadline stayed at ${deadline}`)
    }
  }

  #nextTime(): number {
    let next = this.#deliveries[0]?.at ?? Infinity
    for (const session of this.#sessions) next = Math.min(next, session.deadline ?? Infinity)
    return next
  }

  #later(delay: number, run: () => void): void {
    const at = this.now + delay
    const index = this.#deliveries.findLastIndex(delivery => delivery.at <= at)
    this.#deliveries = this.#deliveries.toSpliced(index + 1, 0, { at, run })
  }

  #close(end: End): void {
    this.#sessions.delete(end.session)
    end.session.onClose?.(this.now)
  }
}

interface EndHost {
  readonly address: PeerAddress
  isOpen(): boolean
  close(): void
  transmit(payload: Uint8Array): void
}

class End implements JointEnd, ExtensionPeer {
  readonly address: PeerAddress
  readonly session: ExtensionSession
  readonly sent: Uint8Array[] = []
  closed: JointEnd['closed']
  readonly #host: EndHost
  #speaks = false

  constructor(instance: ExtensionInstance, host: EndHost) {
    this.address = host.address
    this.#host = host
    this.session = instance.connect(this)
  }

  send(payload: Uint8Array): boolean {
    if (!this.#speaks || !this.#host.isOpen()) return false
    const copy = payload.slice()
    this.sent.push(copy)
    this.#host.transmit(copy)
    return true
  }

  close(reason: string, { ban = false }: { readonly ban?: boolean } = {}): void {
    if (this.#host.isOpen()) this.closed = { reason, ban }
    this.#host.close()
  }

  handshake(name: string): Uint8Array {
    return toolkit.encode({ m: { [name]: 1 }, ...this.session.handshake?.() })
  }

  shake(handshake: Uint8Array, name: string, now: number): void {
    const dict = toolkit.decode(handshake) as BencodeDict
    const m = dict.get('m')
    this.#speaks = m instanceof Map && m.get(name) === 1
    this.session.onHandshake(dict, this.#speaks, now)
  }

  /** The payload is lent for the call only, and to make that felt its bytes are gone afterwards. */
  deliver(payload: Uint8Array, now: number): void {
    const lent = payload.slice()
    this.session.onMessage(lent, now)
    lent.fill(0xff)
  }
}

function otherSide(side: 'a' | 'b'): 'a' | 'b' {
  return side === 'a' ? 'b' : 'a'
}
