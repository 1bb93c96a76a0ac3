// The outside world of a plugin's tests: scripted, deterministic and in virtual time, so that a protocol's minutes of
// retransmission take no time at all.
import type { HttpResponse, Io, TraceStep, UdpDatagram, UdpSocket } from './api.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A datagram as the scripted network sees it. */
export interface SentDatagram {
  readonly data: Uint8Array
  /** Where it goes, as the plugin wrote it. */
  readonly host: string
  readonly port: number
  readonly family: 4 | 6
  /** The local port of the socket it comes from; every socket has its own. */
  readonly from: number
  /** Virtual milliseconds. */
  readonly at: number
}

/** Answers a datagram: from where that went unless `host` or `port` say otherwise, at once unless `delay` (milliseconds) does. */
export type Reply = (
  data: Uint8Array,
  options?: { readonly host?: string; readonly port?: number; readonly delay?: number },
) => void

/** How the outside world behaves. */
export interface FakeIoOptions {
  /**
   * The answer to a GET; a status left out is 200, text is sent as UTF-8, `delay` is milliseconds (Infinity: it never comes).
   * Throw to play an unreachable server.
   */
  readonly http?: (url: URL) => {
    readonly status?: number
    readonly body: Uint8Array | string
    readonly delay?: number
  }
  /** The servers on the UDP network. Without it every datagram is lost. Throw to play a failing `send`. */
  readonly udp?: (datagram: SentDatagram, reply: Reply) => void
  /** Host name → addresses; other names are not found. */
  readonly hosts?: Readonly<Record<string, readonly string[]>>
  /** Begins the sequence that `random` gives; the same seed gives the same bytes. */
  readonly seed?: number
  /** As `Io.once`. */
  readonly once?: boolean
}

/** An `Io` with a record of what was done with it. `now()` is virtual and starts at 0. */
export interface FakeIo extends Io {
  /** Every GET. */
  readonly requests: readonly URL[]
  /** Every datagram sent. */
  readonly datagrams: readonly SentDatagram[]
  readonly warnings: readonly string[]
  /** What the plugin gave to `trace`; the host's own steps of `http` are not among them. */
  readonly steps: readonly TraceStep[]
  /** UDP sockets opened and not closed. */
  readonly openSockets: number
  /** Aborts `signal`: every wait rejects with the reason. */
  abort(reason?: Error): void
}

/**
 * The fake outside world. Its clock jumps to the next timer whenever all promises have settled, so scripts must answer
 * synchronously (or with `delay`), and a test just awaits the plugin and then looks at `now()` and the records.
 */
export function fakeIo(options: FakeIoOptions = {}): FakeIo {
  const world = new FakeWorld(options)
  return {
    signal: world.controller.signal,
    requests: world.requests,
    datagrams: world.datagrams,
    warnings: world.warnings,
    steps: world.steps,
    ...(options.once !== undefined && { once: options.once }),
    trace: step => {
      world.steps.push(step)
    },
    get openSockets() {
      return world.sockets.size
    },
    now: () => world.clock.now,
    sleep: async ms => world.wait(ms),
    random: length => world.random(length),
    udp: async (family = 4) => world.openUdp(family),
    http: url => world.http(url),
    resolve: async host => world.resolve(host),
    warn: message => {
      world.warnings.push(message)
    },
    abort: (reason = new Error('aborted by the test')) => {
      world.controller.abort(reason)
    },
  }
}

class FakeWorld {
  readonly clock = new VirtualClock()
  readonly controller = new AbortController()
  readonly requests: URL[] = []
  readonly datagrams: SentDatagram[] = []
  readonly warnings: string[] = []
  readonly steps: TraceStep[] = []
  readonly sockets = new Set<FakeUdpSocket>()
  readonly options: FakeIoOptions
  #randomState: number
  #lastPort = 49_151

  constructor(options: FakeIoOptions) {
    this.options = options
    this.#randomState = options.seed ?? 1
  }

  /** Resolves after `ms` virtual milliseconds, or sooner where the `interrupt` that `onStart` gets is called. */
  async wait(ms: number, onStart: (interrupt: () => void) => void = () => {}): Promise<void> {
    const { signal } = this.controller
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        cancel()
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = (): void => {
        cancel()
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
      }
      const cancel = this.clock.after(ms, finish)
      signal.addEventListener('abort', onAbort, { once: true })
      onStart(finish)
    })
  }

  /** The generator of Numerical Recipes; its upper byte is random enough for a test. */
  random(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => {
      this.#randomState = (Math.imul(this.#randomState, 1_664_525) + 1_013_904_223) >>> 0
      return this.#randomState >>> 24
    })
  }

  async http(url: URL): Promise<HttpResponse> {
    this.controller.signal.throwIfAborted()
    this.requests.push(new URL(url))
    if (this.options.http === undefined) throw new Error(`the test has no answer to ${url.href}`)
    const { status = 200, body, delay = 0 } = this.options.http(url)
    if (delay > 0) await this.wait(delay)
    return { status, body: typeof body === 'string' ? new TextEncoder().encode(body) : body }
  }

  resolve(host: string): readonly { address: string; family: 4 | 6 }[] {
    this.controller.signal.throwIfAborted()
    const bare = host.replace(/^\[(.*)\]$/, '$1')
    const isLiteral = bare.includes(':') || /^[\d.]+$/.test(bare)
    const addresses = isLiteral ? [bare] : this.options.hosts?.[bare]
    if (addresses === undefined)
      throw Object.assign(new Error(`${bare} is not known to the test`), { code: 'ENOTFOUND' })
    return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  }

  openUdp(family: 4 | 6): UdpSocket {
    this.controller.signal.throwIfAborted()
    const socket = new FakeUdpSocket(this, family, ++this.#lastPort)
    this.sockets.add(socket)
    return socket
  }
}

class FakeUdpSocket implements UdpSocket {
  readonly #world: FakeWorld
  readonly #family: 4 | 6
  readonly #port: number
  readonly #queue: UdpDatagram[] = []
  #wake: (() => void) | undefined

  constructor(world: FakeWorld, family: 4 | 6, port: number) {
    this.#world = world
    this.#family = family
    this.#port = port
  }

  async send(data: Uint8Array, host: string, port: number): Promise<void> {
    this.#checkOpen()
    const { clock, datagrams, options } = this.#world
    const sent = { data: data.slice(), host, port, family: this.#family, from: this.#port, at: clock.now }
    datagrams.push(sent)
    options.udp?.(sent, (answer, { host: from = host, port: fromPort = port, delay = 0 } = {}) => {
      const datagram = { data: answer.slice(), host: from, port: fromPort }
      if (delay === 0) this.#deliver(datagram)
      else clock.after(delay, () => this.#deliver(datagram))
    })
  }

  async receive(timeout: number): Promise<UdpDatagram | undefined> {
    this.#checkOpen()
    if (this.#queue.length === 0) {
      await this.#world.wait(timeout, wake => {
        this.#wake = wake
      })
      this.#wake = undefined
      this.#checkOpen()
    }
    return this.#queue.shift()
  }

  close(): void {
    this.#world.sockets.delete(this)
    this.#wake?.()
  }

  #deliver(datagram: UdpDatagram): void {
    this.#queue.push(datagram)
    this.#wake?.()
  }

  #checkOpen(): void {
    this.#world.controller.signal.throwIfAborted()
    if (!this.#world.sockets.has(this)) throw new Error('the UDP socket is closed')
  }
}
