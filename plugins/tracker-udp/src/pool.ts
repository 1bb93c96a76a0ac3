// Connections at rest, kept for as long as their connection id lives: one in here is in no other hands.
import type { Io } from 'bt-toolbox/plugin'
import type { Connection, TrackerAddress } from './connection.ts'

export class ConnectionPool {
  #idle: Connection[] = []

  /** A connection of this Io to one of the addresses; the caller puts it back or closes it. */
  take(io: Io, addresses: readonly TrackerAddress[]): Connection | undefined {
    this.#closeExpired()
    const found = this.#idle.find(({ io: owner, to }) => owner === io && addresses.some(address => isSame(address, to)))
    this.#idle = this.#idle.filter(connection => connection !== found)
    return found
  }

  put(connection: Connection): void {
    this.#idle.push(connection)
    this.#closeExpired()
  }

  #closeExpired(): void {
    const isLive = ({ connected, io }: Connection): boolean => connected && !io.signal.aborted
    for (const connection of this.#idle) if (!isLive(connection)) connection.close()
    this.#idle = this.#idle.filter(isLive)
  }
}

function isSame(a: TrackerAddress, b: TrackerAddress): boolean {
  return a.address === b.address && a.port === b.port
}
