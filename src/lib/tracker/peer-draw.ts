// The peers that an answer names, still where their group keeps them: to be read before the next announce changes that.
import type { Endpoint } from './endpoint.ts'

/** A number of at least 0 and below 1, as from Math.random. */
export type Random = () => number

/** What an answer tells of a peer. */
export interface ListedPeer {
  /** The 20 bytes of the peer id as latin1 text. */
  readonly id: string
  readonly endpoint: Endpoint
}

export class PeerDraw {
  readonly #members: readonly { readonly id: string }[]
  readonly #entries: Uint8Array
  readonly #entryLength: number
  readonly #slots: readonly number[]

  constructor(
    members: readonly { readonly id: string }[],
    entries: Uint8Array,
    entryLength: number,
    slots: readonly number[],
  ) {
    this.#members = members
    this.#entries = entries
    this.#entryLength = entryLength
    this.#slots = slots
  }

  get length(): number {
    return this.#slots.length
  }

  /** Bytes of the compact list. */
  get compactLength(): number {
    return this.#slots.length * this.#entryLength
  }

  /** Writes the compact list into `out`, from `at` on. */
  writeCompact(out: Uint8Array, at: number): void {
    const [entries, length] = [this.#entries, this.#entryLength]
    let to = at
    for (const slot of this.#slots) {
      const from = slot * length
      for (let i = 0; i < length; i++) out[to++] = entries[from + i] ?? 0
    }
  }

  compact(): Uint8Array {
    const list = new Uint8Array(this.compactLength)
    this.writeCompact(list, 0)
    return list
  }

  list(): readonly ListedPeer[] {
    return this.#slots.map(slot => ({
      id: this.#members[slot]?.id ?? '',
      endpoint: this.#entries.slice(slot * this.#entryLength, (slot + 1) * this.#entryLength),
    }))
  }
}

export const NOBODY: PeerDraw = new PeerDraw([], new Uint8Array(), 0, [])
