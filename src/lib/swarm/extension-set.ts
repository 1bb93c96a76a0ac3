// The BEP 10 extensions of one peer. Ids are ours in what we receive and theirs in what we send: each side numbers the
// messages it is willing to get (BEP 10 "handshake message", key `m`).
import type { BencodeInput } from '../bencode/value.ts'
import type { ExtensionInstance, ExtensionPeer, ExtensionSession } from '../plugin/api.ts'
import type { ExtendedHandshake } from '../wire/extended.ts'

export interface NamedExtension {
  readonly name: string
  readonly instance: ExtensionInstance
}

interface OpenExtension {
  readonly name: string
  readonly session: ExtensionSession
}

export class ExtensionSet {
  /** Index i holds the extension whose messages come to us with id i + 1; id 0 is the extension handshake. */
  readonly #open: readonly OpenExtension[]
  readonly #theirIds = new Map<string, number>()

  /** @param host makes what a session may do with this peer; its `send` should call `idOf`. */
  constructor(extensions: readonly NamedExtension[], host: (name: string) => ExtensionPeer) {
    this.#open = extensions.map(({ name, instance }) => ({ name, session: instance.connect(host(name)) }))
  }

  /** The id that the peer wants on messages of this extension; undefined: it does not speak it. */
  idOf(name: string): number | undefined {
    return this.#theirIds.get(name)
  }

  /** Our extension handshake: the numbering and whatever the sessions add to `own`. */
  handshake(own: { readonly [key: string]: BencodeInput | undefined }): BencodeInput {
    const m = Object.fromEntries(this.#open.map(({ name }, index) => [name, index + 1]))
    const added = this.#open.map(({ session }) => session.handshake?.() ?? {})
    return Object.assign({}, ...added, own, { m })
  }

  /** A later handshake adds to the first and takes back what it maps to 0 (BEP 10). */
  onHandshake(handshake: ExtendedHandshake, now: number): void {
    for (const [name, id] of handshake.messages) {
      if (id === 0) this.#theirIds.delete(name)
      else this.#theirIds.set(name, id)
    }
    for (const { name, session } of this.#open) session.onHandshake(handshake.dict, this.#theirIds.has(name), now)
  }

  onMessage(id: number, payload: Uint8Array, now: number): void {
    this.#open[id - 1]?.session.onMessage(payload, now)
  }

  handleTimeout(now: number): void {
    for (const { session } of this.#open) {
      if ((session.deadline ?? Infinity) <= now) session.handleTimeout?.(now)
    }
  }

  close(now: number): void {
    for (const { session } of this.#open) session.onClose?.(now)
  }
}
