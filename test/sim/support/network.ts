// Hosts joined by wires. A host sends one chunk at a time at its up rate, from each of its wires in turn; a chunk arrives
// after the latency of both ends and is taken in at the receiver's down rate. On a wire, order is kept.
import { formatAddress, type PeerAddress } from '../../../src/lib/base/address.ts'
import type { Clock } from './clock.ts'

export interface Link {
  /** Bytes a second. */
  readonly up: number
  readonly down: number
  /** Milliseconds from the host to the middle of the network. */
  readonly latency: number
  /** Bytes that may be under way to the host on one wire, as a slow reader's socket has it; unlimited by default. */
  readonly window?: number
}

export interface WireOwner {
  /** The chunk is borrowed for the call: afterwards it is overwritten, like a read buffer that is used again. */
  received(chunk: Uint8Array): void
  /** Some of what was queued is sent. */
  drained(): void
  /** The other end, or the network, ended it. */
  closed(detail: string): void
}

/** Takes a wire that somebody dialled; undefined: refused. */
export type Accept = (wire: Wire, from: PeerAddress) => WireOwner | undefined

/**
 * `crumbs`: chunks of any length, whose memory is used again, so that what depends on where bytes are cut, or keeps what is
 * borrowed, shows. `scaled`: so that a thousand peers stay cheap, a block of this many bytes stands for one of 16 KiB. Each
 * is a chunk; what is smaller weighs less by as much, and goes past what waits for other hosts, as on a line that is shared
 * fairly.
 */
export type Carriage = 'crumbs' | { readonly blockLength: number }

export class Network {
  readonly clock: Clock
  readonly random: () => number
  readonly carriage: Carriage
  readonly #hosts = new Map<string, Host>()

  constructor(clock: Clock, random: () => number, carriage: Carriage = 'crumbs') {
    this.clock = clock
    this.random = random
    this.carriage = carriage
  }

  join(address: PeerAddress, link: Link, accept: Accept): Host {
    const host = new Host(this, address, link, accept)
    this.enter(host)
    return host
  }

  enter(host: Host): void {
    this.#hosts.set(formatAddress(host.address), host)
  }

  leave(host: Host): void {
    this.#hosts.delete(formatAddress(host.address))
  }

  at(address: PeerAddress): Host | undefined {
    return this.#hosts.get(formatAddress(address))
  }
}

/** Bytes of a chunk: a whole read at most, and often a packet or the crumbs of one. */
const CHUNK_SIZES = [16_384, 16_384, 65_536, 1448, 1448, 100]
/** Of a message with a block, besides the block. */
const HEADER = 13
const BLOCK_LENGTH = 16_384
/** Bytes of messages that are small. */
const SMALL = 256

export class Host {
  readonly network: Network
  readonly address: PeerAddress
  readonly link: Link
  readonly #accept: Accept
  readonly #ready: Wire[] = []
  #sending = false
  /** Bytes that went ahead of others, whose time the next chunk takes. */
  #owed = 0
  #downFree = 0
  #ports = 40_000

  constructor(network: Network, address: PeerAddress, link: Link, accept: Accept) {
    this.network = network
    this.address = address
    this.link = link
    this.#accept = accept
  }

  /** @param owner hears `closed` where the dial fails; `connected` is called with the wire else. */
  dial(address: PeerAddress, owner: WireOwner, connected: () => void): Wire {
    const { clock } = this.network
    const near = new Wire(this)
    near.owner = owner
    const target = this.network.at(address)
    const trip = this.link.latency + (target?.link.latency ?? this.link.latency)
    const from: PeerAddress = { host: this.address.host, port: this.#ports++ }
    clock.after(trip, () => {
      const far = new Wire(target ?? this)
      far.owner = near.closed || target === undefined ? undefined : target.#welcome(far, near, from)
      clock.after(trip, () => {
        if (near.closed) return
        if (far.owner === undefined) near.lose('connection refused')
        else connected()
      })
    })
    return near
  }

  /** The wire has bytes to send, and none of it is on its way out. */
  wake(wire: Wire): void {
    const { carriage } = this.network
    if (carriage !== 'crumbs' && wire.queued <= SMALL) {
      this.#owed += (wire.queued * carriage.blockLength) / BLOCK_LENGTH
      return wire.pass()
    }
    this.#ready.push(wire)
    this.#pump()
  }

  /** When a chunk that reaches this host now has been taken in. */
  takeIn(length: number): number {
    this.#downFree = Math.max(this.network.clock.now, this.#downFree) + (length * 1000) / this.link.down
    return this.#downFree
  }

  #welcome(far: Wire, near: Wire, from: PeerAddress): WireOwner | undefined {
    far.join(near)
    return this.#accept(far, from)
  }

  #pump(): void {
    if (this.#sending) return
    const wire = this.#ready.shift()
    if (wire === undefined) return
    const { random, clock, carriage } = this.network
    const chunk =
      carriage === 'crumbs'
        ? wire.take(1 + Math.floor(random() * (CHUNK_SIZES[Math.floor(random() * CHUNK_SIZES.length)] ?? 1)))
        : wire.takeFirst(HEADER + carriage.blockLength)
    this.#sending = true
    const bytes = chunk.length + this.#owed
    this.#owed = 0
    clock.after((bytes * 1000) / this.link.up, () => {
      this.#sending = false
      wire.sent(chunk)
      this.#pump()
    })
  }
}

export class Wire {
  readonly #host: Host
  #other: Wire | undefined
  owner: WireOwner | undefined
  #queue: Uint8Array[] = []
  #queued = 0
  /** In its host's line, or on its way out. */
  #waiting = false
  #ending = false
  #closed = false
  /** The arrival of everything sent so far is before this. */
  #arriving = 0
  /** Sent, and not yet taken in by the other end. */
  #underWay = 0

  constructor(host: Host) {
    this.#host = host
  }

  get closed(): boolean {
    return this.#closed
  }

  get queued(): number {
    return this.#queued
  }

  join(other: Wire): void {
    this.#other = other
    other.#other = this
  }

  /** Queues bytes; by reference, as a socket does. */
  send(bytes: Uint8Array): void {
    if (this.#closed || this.#ending || bytes.length === 0) return
    this.#queue.push(bytes)
    this.#queued += bytes.length
    this.#wake()
  }

  /** Sends what is queued, then closes. The owner hears nothing more. */
  end(): void {
    this.owner = undefined
    this.#ending = true
    if (this.#queued === 0 && !this.#waiting) this.#finish()
  }

  /** The network loses the connection: both ends hear of it, and what is under way is gone. */
  lose(detail: string): void {
    const other = this.#other
    this.#break(detail)
    if (other !== undefined) other.#break(detail)
  }

  /** The next chunk to send, of at most `length` bytes. */
  take(length: number): Uint8Array {
    const out = Buffer.alloc(Math.min(length, this.#queued))
    let at = 0
    while (at < out.length) {
      const first = this.#queue[0] ?? out
      const part = first.subarray(0, out.length - at)
      out.set(part, at)
      at += part.length
      if (part.length === first.length) this.#queue.shift()
      else this.#queue[0] = first.subarray(part.length)
    }
    this.#queued -= out.length
    return new Uint8Array(out.buffer, out.byteOffset, out.length)
  }

  /** As `take`, of what was queued first alone, and without a copy. */
  takeFirst(length: number): Uint8Array {
    const first = this.#queue[0] ?? new Uint8Array()
    const chunk = first.subarray(0, length)
    if (chunk.length === first.length) this.#queue.shift()
    else this.#queue[0] = first.subarray(length)
    this.#queued -= chunk.length
    return chunk
  }

  /** Sends all that is queued, which is not much, without taking its turn. */
  pass(): void {
    while (this.#queued > 0) {
      const chunk = this.takeFirst(SMALL)
      if (this.#other !== undefined) this.#deliver(chunk, this.#other)
    }
    this.#waiting = false
    if (this.#ending) this.#finish()
  }

  /** The chunk has left the host. */
  sent(chunk: Uint8Array): void {
    this.#waiting = false
    if (this.#closed) return
    const other = this.#other
    if (other !== undefined) this.#deliver(chunk, other)
    if (this.#queued > 0) this.#wake()
    else if (this.#ending) this.#finish()
    this.owner?.drained()
  }

  #wake(): void {
    if (this.#waiting || this.#queued === 0) return
    const { window = Infinity } = this.#other === undefined ? {} : this.#other.#host.link
    if (this.#underWay >= window) return
    this.#waiting = true
    this.#host.wake(this)
  }

  #deliver(chunk: Uint8Array, other: Wire): void {
    this.#underWay += chunk.length
    const { clock, carriage } = this.#host.network
    clock.after(this.#host.link.latency + other.#host.link.latency, () => {
      const passes = carriage !== 'crumbs' && chunk.length <= SMALL
      this.#arriving = passes ? Math.max(clock.now, this.#arriving) : other.#host.takeIn(chunk.length)
      const arrive = (): void => {
        this.#underWay -= chunk.length
        this.#wake()
        if (!other.#closed) other.owner?.received(chunk)
        if (carriage === 'crumbs') chunk.fill(0xee)
      }
      if (passes && this.#arriving === clock.now) arrive()
      else clock.schedule(this.#arriving, arrive)
    })
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    const other = this.#other
    if (other === undefined) return
    const { clock } = this.#host.network
    clock.after(this.#host.link.latency + other.#host.link.latency, () => {
      clock.schedule(Math.max(clock.now, this.#arriving), () => other.#break('the peer closed the connection'))
    })
  }

  #break(detail: string): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue = []
    this.#queued = 0
    const owner = this.owner
    this.owner = undefined
    owner?.closed(detail)
  }
}
