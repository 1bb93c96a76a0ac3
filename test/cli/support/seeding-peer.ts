// A seed that gives as many blocks as the test allows and then waits, so that a download stands still at a known place.
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import type { TestContent } from './content.ts'
import { scriptedPeer, type Reply, type ScriptedPeer } from './scripted-peer.ts'

const UNCHOKE = 1
const INTERESTED = 2
const REQUEST = 6
const PIECE_MESSAGE = 7

export interface Seeding {
  /** Blocks to give over all connections; any number by default. */
  readonly limit?: number
  /** What is sent in place of a block. */
  readonly tamper?: (block: Buffer) => Buffer
  /** A peer that lied is banned with its whole address; who must not be, listens on another. */
  readonly host?: string
  readonly peerId?: string
  /** Serves the metadata too (BEP 9). */
  readonly withMetadata?: boolean
}

export class SeedingPeer {
  #given: number[] = []
  /** Blocks over all connections. */
  #count = 0
  #withheld = 0
  readonly #content: TestContent
  readonly #tamper: (block: Buffer) => Buffer
  #limit: number
  #peer: ScriptedPeer | undefined
  #onWithheld: (() => void) | undefined

  constructor(content: TestContent, seeding: Seeding) {
    this.#content = content
    this.#limit = seeding.limit ?? Infinity
    this.#tamper = seeding.tamper ?? (block => block)
  }

  get address(): string {
    return this.#peer?.address ?? ''
  }

  /** The pieces of the blocks that were given since the last call, by index. */
  takeGiven(): readonly number[] {
    const given = this.#given.sort((a, b) => a - b)
    this.#given = []
    return given
  }

  /** From now on every request is answered; what was withheld stays so. */
  release(): void {
    this.#limit = Infinity
  }

  /** Resolves once a request was not answered. */
  async exhausted(): Promise<void> {
    if (this.#withheld > 0) return
    await new Promise<void>(resolve => {
      this.#onWithheld = resolve
    })
  }

  async listen(seeding: Seeding): Promise<void> {
    const { info } = this.#content
    const all = new Bitfield(info.pieceCount)
    all.setAll()
    const { host, peerId, withMetadata = false } = seeding
    this.#peer = await scriptedPeer({
      infoHash: info.infoHash,
      bitfield: all.bytes,
      onMessage: ({ id, payload }, reply) => this.#onMessage(id, Buffer.from(payload), reply),
      ...(host !== undefined && { host }),
      ...(peerId !== undefined && { peerId }),
      ...(withMetadata && { metadata: info.raw, metadataId: 3 }),
    })
  }

  #onMessage(id: number, payload: Buffer, reply: Reply): void {
    if (id === INTERESTED) reply(UNCHOKE, Buffer.alloc(0))
    if (id !== REQUEST) return
    const [piece, begin, length] = [payload.readUInt32BE(0), payload.readUInt32BE(4), payload.readUInt32BE(8)]
    if (this.#count >= this.#limit) {
      this.#withheld++
      this.#onWithheld?.()
      return
    }
    this.#count++
    this.#given.push(piece)
    const start = piece * this.#content.info.pieceLength + begin
    const block = this.#tamper(Buffer.from(this.#content.bytes.subarray(start, start + length)))
    reply(PIECE_MESSAGE, Buffer.concat([payload.subarray(0, 8), block]))
  }
}

export async function seedingPeer(content: TestContent, seeding: Seeding = {}): Promise<SeedingPeer> {
  const peer = new SeedingPeer(content, seeding)
  await peer.listen(seeding)
  return peer
}
