// UDP as plugins see it: datagrams are pulled, each goes to exactly one `receive`, and an open socket alone does not keep
// the process alive; whoever waits does.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { BtError } from '../base/errors.ts'
import type { UdpDatagram, UdpSocket } from '../plugin/api.ts'

/** Datagrams that nobody has received yet; more are dropped, as the kernel would. */
const MAX_QUEUED = 256
/** The longest delay that node's timers take, milliseconds. */
const MAX_TIMER = 2_147_483_647

/** A socket on a port of the system's choice. It is closed when the signal aborts, which rejects what is under way. */
export async function openUdp(family: 4 | 6, signal: AbortSignal): Promise<UdpSocket> {
  signal.throwIfAborted()
  const socket = createSocket(family === 6 ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' })
  const bound = once(socket, 'listening', { signal })
  socket.bind({ port: 0, exclusive: true })
  try {
    await bound
  } catch (error) {
    socket.close()
    signal.throwIfAborted()
    throw error
  }
  return new PulledSocket(socket, signal)
}

interface Waiter {
  readonly resolve: (datagram: UdpDatagram | undefined) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

class PulledSocket implements UdpSocket {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  readonly #queue: UdpDatagram[] = []
  readonly #waiters = new Set<Waiter>()
  #open = true

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
    socket.unref()
    socket.on('message', (data, { address, port }) => {
      this.#deliver({ data, host: address, port })
    })
    socket.on('error', error => {
      this.#rejectWaiters(error)
    })
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  async send(data: Uint8Array, host: string, port: number): Promise<void> {
    this.#checkOpen()
    return new Promise((resolve, reject) => {
      this.#socket.send(data, port, host, error => {
        if (error === null) resolve()
        else reject(error)
      })
    })
  }

  async receive(timeout: number): Promise<UdpDatagram | undefined> {
    this.#checkOpen()
    const queued = this.#queue.shift()
    if (queued !== undefined) return queued
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.#waiters.delete(waiter)
          resolve(undefined)
        },
        Math.min(Math.max(timeout, 0), MAX_TIMER),
      )
      const waiter: Waiter = { resolve, reject, timer }
      this.#waiters.add(waiter)
    })
  }

  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#socket.close()
    this.#rejectWaiters(closed())
  }

  readonly #onAbort = (): void => {
    this.#rejectWaiters(this.#signal.reason)
    this.close()
  }

  #deliver(datagram: UdpDatagram): void {
    for (const waiter of this.#waiters) {
      this.#waiters.delete(waiter)
      clearTimeout(waiter.timer)
      waiter.resolve(datagram)
      return
    }
    if (this.#queue.length < MAX_QUEUED) this.#queue.push(datagram)
  }

  #rejectWaiters(error: unknown): void {
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer)
      waiter.reject(error)
    }
    this.#waiters.clear()
  }

  #checkOpen(): void {
    this.#signal.throwIfAborted()
    if (!this.#open) throw closed()
  }
}

function closed(): BtError {
  return new BtError('INTERNAL', 'the UDP socket is closed')
}
