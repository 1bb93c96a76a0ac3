// The commands of the fast extension (BEP 6), for connections both of whose ends have set its bit.
import { BtError } from '../base/errors.ts'
import type { Block } from '../metainfo/block.ts'
import { PeerCommands } from './commands.ts'
import { MESSAGE } from './message.ts'

export abstract class FastCommands extends PeerCommands {
  /** Whether both ends speak BEP 6; false while the peer's handshake is not in. */
  abstract readonly fast: boolean

  /** In place of the bitfield, like `haveNone`: one of the three is the first message but for the extension handshake. */
  haveAll(): void {
    if (this.#mayUse()) this.queueBare(MESSAGE.haveAll)
  }

  haveNone(): void {
    if (this.#mayUse()) this.queueBare(MESSAGE.haveNone)
  }

  suggest(piece: number): void {
    if (this.#mayUse()) this.queuePiece(MESSAGE.suggestPiece, piece)
  }

  allowedFast(piece: number): void {
    if (this.#mayUse()) this.queuePiece(MESSAGE.allowedFast, piece)
  }

  /** The answer to a request that gets no block; as it was asked for, however little sense it made. */
  reject(block: Block): void {
    if (this.#mayUse()) this.queueRequest(MESSAGE.rejectRequest, block)
  }

  #mayUse(): boolean {
    if (!this.maySend()) return false
    if (this.fast) return true
    throw new BtError(
      'INTERNAL',
      'messages of the fast extension are only for a connection both of whose ends speak it',
    )
  }
}
