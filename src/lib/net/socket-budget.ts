// Connections to peers, over all torrents, are never more than the limit.
import type { Socket } from 'node:net'

export class SocketBudget {
  readonly #limit: number
  #open = 0

  constructor(limit: number = Infinity) {
    this.#limit = limit
  }

  get full(): boolean {
    return this.#open >= this.#limit
  }

  /** Counts it until it is closed. */
  add(socket: Socket): void {
    this.#open++
    socket.once('close', () => this.#open--)
  }
}
