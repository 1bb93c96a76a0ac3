// How far one session is, and how it ends for those who wait. Its stage only moves forward: metadata → checking →
// downloading → seeding → stopped, leaving out what does not apply; `failed` can follow any, and nothing follows it.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Stage } from './progress.ts'
import { settleable, type Settle } from './settleable.ts'

export class SessionOutcome {
  readonly done: Promise<void>
  readonly metadata: Promise<Info>
  readonly failure: Promise<never>
  readonly #settleDone: Settle<void>
  readonly #settleMetadata: Settle<Info>
  readonly #settleFailure: Settle<never>
  readonly #onStage: (stage: Stage) => void
  #stage: Stage

  /** @param onStage hears of each stage after the first. */
  constructor(first: Stage, onStage: (stage: Stage) => void) {
    this.#stage = first
    this.#onStage = onStage
    ;[this.done, this.#settleDone] = settleable<void>()
    ;[this.metadata, this.#settleMetadata] = settleable<Info>()
    ;[this.failure, this.#settleFailure] = settleable<never>()
  }

  get stage(): Stage {
    return this.#stage
  }

  enter(stage: Stage): void {
    if (this.#stage === stage || this.#stage === 'failed') return
    this.#stage = stage
    this.#onStage(stage)
  }

  /** The info dictionary is known. */
  known(info: Info): void {
    this.#settleMetadata.resolve(info)
  }

  /** All that is wanted is stored. */
  complete(): void {
    this.enter('seeding')
    this.#settleDone.resolve()
  }

  fail(error: BtError): void {
    this.enter('failed')
    this.#settleMetadata.reject(error)
    this.#settleDone.reject(error)
    this.#settleFailure.reject(error)
  }

  /** It has ended, and nothing more will come. @returns what those who waited for more are told. */
  stop(): BtError {
    this.enter('stopped')
    const ended = new BtError('INTERRUPTED', 'the torrent was stopped before it was complete')
    this.#settleMetadata.reject(ended)
    this.#settleDone.reject(ended)
    return ended
  }
}
