// One download of 8 MiB in pieces of 64 KiB, from a good seed of 1 MiB a second and whoever a case sends against it. The
// hostile ones are connected before the good one, and are eight times as fast.
import type { PeerAddress } from '../../../src/lib/base/address.ts'
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import type { Block } from '../../../src/lib/metainfo/block.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'
import { reservedBytes } from '../../../src/lib/wire/handshake.ts'
import { utMetadata } from '../../../plugins/ut-metadata/src/extension.ts'
import { bytes } from '../../wire/support.ts'
import type { Link, Wire, WireOwner } from '../support/network.ts'
import type { Node, NodeOptions } from '../support/node.ts'
import type { Script, ScriptedPeer, ScriptedPeerOptions, Session } from '../support/scripted-peer.ts'
import { idOf, LINK, World } from '../support/world.ts'

export const PIECES = 128
export const PIECE_LENGTH = 65_536
export const BLOCK = 16_384

/** Takes in sixteen times what the good peer gives, so that a hostile one can not win by filling the line alone. */
const LEECH_LINK: Link = { up: 4 * LINK.up, down: 16 * LINK.down, latency: 5 }
export const HOSTILE_LINK: Link = { up: 8 * LINK.up, down: 8 * LINK.down, latency: 5 }

export class Stage {
  readonly world: World
  readonly leech: Node
  /** Where the hostile ones are. */
  readonly addresses: PeerAddress[] = []
  #raw = 0

  constructor(seed: number, options: Partial<NodeOptions> = {}) {
    this.world = new World(seed, { pieces: PIECES, pieceLength: PIECE_LENGTH })
    this.leech = this.world.node({ link: LEECH_LINK, extensions: [utMetadata(toolkit)], ...options })
  }

  /** A hostile peer that has shaken hands, which the leech dials at once. */
  peer(script: Script, options: Partial<ScriptedPeerOptions> = {}): ScriptedPeer {
    const peer = this.visitor(script, options)
    this.leech.know(peer)
    return peer
  }

  /** A hostile peer that has to dial for itself. */
  visitor(script: Script, options: Partial<ScriptedPeerOptions> = {}): ScriptedPeer {
    const peer = this.world.scripted(script, { link: HOSTILE_LINK, extended: true, ...options })
    this.addresses.push(peer.address)
    return peer
  }

  /** A hostile peer of bare bytes, which the leech dials at once: `opened` gets the wire. */
  raw(opened: (wire: Wire, received: (listen: (chunk: Uint8Array) => void) => void) => void): PeerAddress {
    const address = { host: `52.7.0.${++this.#raw}`, port: 7 }
    this.addresses.push(address)
    this.world.network.join(address, HOSTILE_LINK, wire => owned(listen => opened(wire, listen)))
    this.leech.know({ address })
    return address
  }

  /** So many connections that this address opens to the leech; each says the bytes, if any, once it is there. */
  rawDials(host: string, count: number, says: (n: number) => Uint8Array | undefined): void {
    const address = { host, port: 7 }
    this.addresses.push(address)
    const dialler = this.world.network.join(address, HOSTILE_LINK, () => undefined)
    for (let n = 0; n < count; n++) {
      const wire: Wire = dialler.dial(this.leech.address, owned(), () => {
        const said = says(n)
        if (said !== undefined) wire.send(said)
      })
    }
  }

  /** Does it again and again, until the other side ends the connection or `times` is reached. */
  every(interval: number, session: Session, act: (n: number) => void, times = Infinity): void {
    const again = (n: number): void => {
      if (n >= times || session.ended()) return
      act(n)
      session.flush()
      this.world.clock.after(interval, () => again(n + 1))
    }
    again(0)
  }

  handshakeOf(id: number, options: { infoHash?: Uint8Array; peerId?: Uint8Array } = {}): Uint8Array {
    const { infoHash = this.world.content.info.infoHash, peerId = idOf(id) } = options
    const reserved = reservedBytes({ extended: true, fast: false })
    return bytes(19, 'BitTorrent protocol', reserved, infoHash, peerId)
  }
}

function owned(opened: (listen: (listener: (chunk: Uint8Array) => void) => void) => void = () => undefined): WireOwner {
  let listener: (chunk: Uint8Array) => void = () => undefined
  opened(next => (listener = next))
  return { received: chunk => listener(chunk), drained: () => undefined, closed: () => undefined }
}

/** A seed that unchokes at once, and does what it likes with requests. */
export function lure(answer: (block: Block, session: Session) => void, opening?: (session: Session) => void): Script {
  return (event, session) => {
    if (event.type === 'handshake') {
      session.connection.bitfield(Bitfield.full(PIECES))
      session.connection.unchoke(0)
      opening?.(session)
    } else if (event.type === 'request') answer(event.block, session)
  }
}

/** Sends the block with its first byte changed. */
export function sendWrong(block: Block, session: Session): void {
  const data = session.bytesOf(block)
  data[0] = (data[0] ?? 0) ^ 1
  session.connection.sendBlock(block, data)
}
