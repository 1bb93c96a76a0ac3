// How peers leave, whatever for: each once, and whatever one held (what it was asked for, its upload slot, its place) is
// there for others at once.
import type { SwarmPeer } from './peer.ts'
import type { Roster } from './roster.ts'
import type { Transfer } from './transfer.ts'

export interface DeparturesHost {
  readonly roster: Roster
  /** Undefined until the metadata is known and the storage ready. */
  transfer(): Transfer | undefined
  refill(peer: SwarmPeer, now: number): void
  rechoke(now: number): void
}

export class Departures {
  readonly #host: DeparturesHost

  constructor(host: DeparturesHost) {
    this.#host = host
  }

  drop(peer: SwarmPeer, reason: string, detail: string, now: number): void {
    const { roster } = this.#host
    if (!roster.peers.has(peer.key)) return
    roster.remove(peer, reason, detail, now)
    const transfer = this.#host.transfer()
    transfer?.downloads.leave(peer)
    transfer?.uploads.leave(peer)
    transfer?.superSeed?.leave(peer)
    peer.extensions?.close(now)
    if (roster.closed) return
    for (const other of roster.peers.values()) this.#host.refill(other, now)
    this.#host.rechoke(now)
    roster.dial(now)
  }

  /** Another peer takes its place. */
  replace(peer: SwarmPeer, now: number): void {
    this.drop(peer, 'replaced', 'made room for another peer', now)
  }

  /** While there is something to download, those who came to us may not keep us from those whom we know. */
  makeRoom(now: number): void {
    const { roster } = this.#host
    for (let peer = roster.inTheWay(now); peer !== undefined; peer = roster.inTheWay(now)) this.replace(peer, now)
  }

  /** All of them; nobody is dialled or accepted from here on. */
  dropAll(reason: string, detail: string, now: number): void {
    const { roster } = this.#host
    roster.close()
    for (const peer of roster.peers.values()) this.drop(peer, reason, detail, now)
  }
}
