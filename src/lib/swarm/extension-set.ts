// The BEP 10 extensions of one peer. Ids are ours in what we receive and theirs in what we send: each side numbers the
// messages it is willing to get (BEP 10 "handshake message", key `m`). A session that fails is not called again.
import { encode } from '../bencode/encode.ts'
import type { BencodeInput } from '../bencode/value.ts'
import type { ExtensionInstance, ExtensionPeer, ExtensionSession } from '../plugin/api.ts'
import type { ExtendedHandshake } from '../wire/extended.ts'

export interface NamedExtension {
  readonly name: string
  readonly instance: ExtensionInstance
}

export interface ExtensionSetOptions {
  readonly extensions: readonly NamedExtension[]
  /** Makes what a session may do with this peer; its `send` should call `idOf`. */
  readonly host: (name: string) => ExtensionPeer
  readonly onFault: (name: string, error: unknown) => void
}

interface OpenExtension {
  readonly name: string
  /** Undefined once it has failed. */
  session: ExtensionSession | undefined
}

export class ExtensionSet {
  /** Index i holds the extension whose messages come to us with id i + 1; id 0 is the extension handshake. */
  readonly #open: readonly OpenExtension[]
  /** Of the names that we speak only, or a peer could fill our memory with handshakes. */
  readonly #theirIds = new Map<string, number>()
  readonly #onFault: (name: string, error: unknown) => void
  #closed = false

  constructor({ extensions, host, onFault }: ExtensionSetOptions) {
    this.#onFault = onFault
    this.#open = extensions.map(({ name, instance }) => {
      const open: OpenExtension = { name, session: undefined }
      try {
        open.session = sessionOf(instance.connect(host(name)))
      } catch (error) {
        onFault(name, error)
      }
      return open
    })
  }

  /** The id that the peer wants on messages of this extension; undefined: it does not speak it. */
  idOf(name: string): number | undefined {
    return this.#theirIds.get(name)
  }

  /** Our extension handshake: the numbering and whatever the sessions add to `own`. */
  handshake(own: { readonly [key: string]: BencodeInput | undefined }): BencodeInput {
    const added: { readonly [key: string]: BencodeInput }[] = []
    this.#each(session => void added.push(keysOf(session.handshake?.() ?? {})))
    const speaking = this.#open.flatMap(({ name, session }, index) =>
      session === undefined ? [] : [[name, index + 1]],
    )
    return Object.assign({}, ...added, own, { m: Object.fromEntries(speaking) })
  }

  /** A later handshake adds to the first and takes back what it maps to 0 (BEP 10). */
  onHandshake(handshake: ExtendedHandshake, now: number): void {
    for (const { name } of this.#open) {
      const id = handshake.messages.get(name)
      if (id === 0) this.#theirIds.delete(name)
      else if (id !== undefined) this.#theirIds.set(name, id)
    }
    this.#each((session, name) => session.onHandshake(handshake.dict, this.#theirIds.has(name), now))
  }

  onMessage(id: number, payload: Uint8Array, now: number): void {
    const open = this.#open[id - 1]
    if (open !== undefined) this.#call(open, session => session.onMessage(payload, now))
  }

  handleTimeout(now: number): void {
    this.#each(session => ((session.deadline ?? Infinity) <= now ? session.handleTimeout?.(now) : undefined))
  }

  /** Nothing is called after this. */
  close(now: number): void {
    this.#each(session => session.onClose?.(now))
    this.#closed = true
  }

  #each(act: Act): void {
    for (const open of this.#open) this.#call(open, act)
  }

  #call(open: OpenExtension, act: Act): void {
    if (open.session === undefined || this.#closed) return
    try {
      const outcome = act(open.session, open.name)
      // Nobody waits for a session, but one that is `async` all the same must not end the process when it fails.
      if (outcome instanceof Promise) outcome.catch((error: unknown) => this.#fail(open, error))
    } catch (error) {
      this.#fail(open, error)
    }
  }

  #fail(open: OpenExtension, error: unknown): void {
    open.session = undefined
    this.#onFault(open.name, error)
  }
}

type Act = (session: ExtensionSession, name: string) => unknown

/** A plugin is JavaScript of unknown origin. @throws TypeError for what is no session */
function sessionOf(session: Partial<ExtensionSession> | undefined): ExtensionSession {
  if (typeof session?.onHandshake === 'function' && typeof session.onMessage === 'function') {
    return session as ExtensionSession
  }
  throw new TypeError('its connect() gave no session with onHandshake() and onMessage()')
}

/** @throws where the keys can not be sent; better now than with those of all others. */
function keysOf(added: { readonly [key: string]: BencodeInput }): { readonly [key: string]: BencodeInput } {
  if (Array.isArray(added) || ArrayBuffer.isView(added) || typeof added !== 'object') {
    throw new TypeError('its handshake() gave no keys')
  }
  encode(added)
  return added
}
