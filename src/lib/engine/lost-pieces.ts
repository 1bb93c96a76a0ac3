// Pieces that were gone or wrong when they were to be served, and may be put back by whoever took them away: each is looked at
// now and then until it is right again.

/** Milliseconds between the end of a look and the next. No piece is looked at more often. */
const LOOK_INTERVAL = 30_000
/** Pieces that are not right, after which a look ends: a large file that goes on changing is not to keep the disk busy. */
const MAX_WRONG = 100

export interface LostPiecesOptions {
  /** Whether it is there and matches its hash, as far as can be told. */
  readonly isRight: (piece: number) => Promise<boolean>
  readonly onFound: (piece: number) => void
}

export class LostPieces {
  readonly #options: LostPiecesOptions
  /** Those looked at longest ago come first. */
  readonly #lost = new Set<number>()
  #timer: NodeJS.Timeout | undefined
  #look: Promise<void> | undefined
  #stopped = false

  constructor(options: LostPiecesOptions) {
    this.#options = options
  }

  add(piece: number): void {
    this.#lost.add(piece)
    this.#arm()
  }

  /** Waits for the look under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#look
  }

  #arm(): void {
    if (this.#stopped || this.#timer !== undefined || this.#lost.size === 0) return
    this.#timer = setTimeout(() => {
      this.#look = this.#lookAtAll()
    }, LOOK_INTERVAL)
  }

  async #lookAtAll(): Promise<void> {
    // Those that stay lost come to its end meanwhile.
    const pieces = Array.from(this.#lost)
    let wrong = 0
    for (const piece of pieces) {
      if (this.#stopped || wrong === MAX_WRONG) break
      this.#lost.delete(piece)
      if (await this.#isRight(piece)) this.#options.onFound(piece)
      else {
        wrong++
        this.#lost.add(piece)
      }
    }
    this.#timer = undefined
    this.#arm()
  }

  /** What can not be read is not right. */
  async #isRight(piece: number): Promise<boolean> {
    try {
      return await this.#options.isRight(piece)
    } catch {
      return false
    }
  }
}
