// The extension messages (BEP 10) that the swarm itself understands. Each is made for one peer, and otherwise like those of
// plugins: it has a number of its own in our extension handshake and may add keys to it.
import type { ExtensionSession } from '../plugin/api.ts'
import { readUint32, writeUint32 } from '../wire/message.ts'
import type { NamedExtension } from './extension-set.ts'

/** BEP 54: a piece that one no longer has, as four bytes. */
export const DONT_HAVE = 'lt_donthave'
/** BEP 21: a key of the extension handshake; libtorrent's message of the same name, one byte, says when it changes. */
export const UPLOAD_ONLY = 'upload_only'

const PIECE_LENGTH = 4

/** What a peer's messages do. */
export interface CoreMessages {
  dontHave(piece: number, now: number): void
  uploadOnly(value: boolean, now: number): void
}

/** @param uploadOnly whether we download nothing (any more). */
export function coreExtensions(on: CoreMessages, uploadOnly: () => boolean): readonly NamedExtension[] {
  return [
    named(DONT_HAVE, {
      onHandshake: () => undefined,
      onMessage: (payload, now) => {
        if (payload.length === PIECE_LENGTH) on.dontHave(readUint32(payload, 0), now)
      },
    }),
    named(UPLOAD_ONLY, {
      handshake: () => (uploadOnly() ? { [UPLOAD_ONLY]: 1 } : {}),
      onHandshake: (handshake, _speaks, now) => {
        const value = handshake.get(UPLOAD_ONLY)
        if (typeof value === 'number') on.uploadOnly(value !== 0, now)
      },
      onMessage: (payload, now) => {
        if (payload.length === 1) on.uploadOnly(payload[0] !== 0, now)
      },
    }),
  ]
}

export function encodeDontHave(piece: number): Uint8Array {
  const payload = new Uint8Array(PIECE_LENGTH)
  writeUint32(payload, 0, piece)
  return payload
}

function named(name: string, session: ExtensionSession): NamedExtension {
  return { name, instance: { connect: () => session } }
}
