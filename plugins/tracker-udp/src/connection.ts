// One socket's conversation with one address of a tracker: one request at a time, each sent again until it is answered, and
// a connection id is never used once it is a minute old (BEP 15, "time outs").
import type { Io, UdpSocket } from 'bt-toolbox/plugin'
import {
  ACTION,
  type Action,
  type ConnectionId,
  connectRequest,
  readAnswer,
  readConnect,
  readError,
} from './packets.ts'
import { messageOf, type Problems, shownText } from './problems.ts'
import { receivedStep, sentStep } from './trace.ts'

/** n of 15·2ⁿ goes up to this (3,840 s): after that the tracker is given up. */
const MAX_RETRANSMISSION = 8
const FIRST_TIMEOUT = 15_000
/** Milliseconds that a connection id may be used after it was received. */
const ID_LIFETIME = 60_000

export interface TrackerAddress {
  readonly address: string
  readonly family: 4 | 6
  readonly port: number
}

/** Milliseconds to wait for the answer to each transmission; to the only one, where there is to be no other, the longest. */
export function timeouts(io: Io): readonly number[] {
  const all = Array.from({ length: MAX_RETRANSMISSION + 1 }, (_, n) => FIRST_TIMEOUT * 2 ** n)
  return io.once === true ? all.slice(-1) : all
}

export class Connection {
  readonly to: TrackerAddress
  readonly #io: Io
  readonly #socket: UdpSocket
  #id: ConnectionId | undefined
  #idUntil = 0
  /** The same for all transmissions of a connect request, so that a late answer counts. */
  #connectTransaction: number | undefined

  private constructor(io: Io, to: TrackerAddress, socket: UdpSocket) {
    this.#io = io
    this.to = to
    this.#socket = socket
  }

  /** @throws TRACKER_UNREACHABLE where the system has no socket of this family. */
  static async open(io: Io, to: TrackerAddress, problems: Problems): Promise<Connection> {
    return new Connection(io, to, await reaching(io.udp(to.family), io, problems))
  }

  /** Asks once for a connection id. */
  async connect(timeout: number, problems: Problems): Promise<'connected' | 'silent'> {
    this.#connectTransaction ??= this.#newTransaction()
    const transaction = this.#connectTransaction
    const data = await this.#exchange(connectRequest(transaction), ACTION.connect, transaction, timeout, problems)
    if (data === undefined) return 'silent'
    this.#connectTransaction = undefined
    this.#id = readConnect(data)
    if (this.#id === undefined) throw problems.invalid(`a connect answer of ${data.length} bytes`)
    this.#idUntil = this.#io.now() + ID_LIFETIME
    return 'connected'
  }

  /**
   * Sends a request until it is answered, connecting anew where the id has expired meanwhile.
   * @returns the whole datagram, its action and transaction checked.
   */
  async request(
    action: Action,
    build: (id: ConnectionId, transaction: number) => Uint8Array,
    problems: Problems,
  ): Promise<Uint8Array> {
    const transaction = this.#newTransaction()
    for (const timeout of timeouts(this.#io)) {
      if (this.#liveId() === undefined && (await this.connect(timeout, problems)) === 'silent') continue
      const id = this.#liveId()
      if (id === undefined) continue
      const answer = await this.#exchange(build(id, transaction), action, transaction, timeout, problems)
      if (answer !== undefined) return answer
    }
    throw problems.unreachable(`${this.to.address} stopped answering`)
  }

  close(): void {
    this.#socket.close()
  }

  #liveId(): ConnectionId | undefined {
    return this.#io.now() < this.#idUntil ? this.#id : undefined
  }

  /** One transmission. Datagrams from elsewhere and those of another transaction are ignored: anyone may send them. */
  async #exchange(
    packet: Uint8Array,
    action: Action,
    transaction: number,
    timeout: number,
    problems: Problems,
  ): Promise<Uint8Array | undefined> {
    const until = this.#io.now() + timeout
    this.#io.trace?.(sentStep(packet, this.#peer))
    await reaching(this.#socket.send(packet, this.to.address, this.to.port), this.#io, problems)
    for (let left = timeout; left > 0; left = until - this.#io.now()) {
      const datagram = await this.#socket.receive(left)
      if (datagram === undefined) return undefined
      const answer = this.#isFromTracker(datagram) ? readAnswer(datagram.data) : undefined
      this.#io.trace?.(receivedStep(datagram.data, addressText(datagram.host, datagram.port), this.to.family))
      if (answer?.transaction !== transaction) continue
      if (answer.action === ACTION.error) throw problems.refused(shownText(readError(answer.data)))
      if (answer.action !== action) throw problems.invalid(`action ${answer.action} in answer to ${action}`)
      return answer.data
    }
    return undefined
  }

  get #peer(): string {
    return addressText(this.to.address, this.to.port)
  }

  #isFromTracker({ host, port }: { readonly host: string; readonly port: number }): boolean {
    return port === this.to.port && withoutZone(host) === withoutZone(this.to.address)
  }

  #newTransaction(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#io.random(4)
    return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  }
}

/** What the system says (no route, no IPv6) becomes a failure of the tracker; the end of the Io stays what it is. */
async function reaching<T>(work: Promise<T>, io: Io, problems: Problems): Promise<T> {
  try {
    return await work
  } catch (error) {
    io.signal.throwIfAborted()
    throw problems.unreachable(messageOf(error), error)
  }
}

function addressText(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** A link-local address comes with the interface (`%eth0`) from one side only. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, '').toLowerCase()
}
