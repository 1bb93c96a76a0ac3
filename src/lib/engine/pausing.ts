// A torrent that lets go of its peers and trackers for a while. It goes on only once they were let go of, and once for all
// who ask; what has stopped is neither paused nor resumed.
import type { Discovery } from './discovery.ts'
import type { TorrentRunner } from './torrent-runner.ts'

export interface PausingOptions {
  readonly runner: Pick<TorrentRunner, 'pause' | 'resume'>
  readonly discovery: Pick<Discovery, 'pause' | 'resume'>
  /** Aborted once the session stops. */
  readonly signal: AbortSignal
  readonly onEvent: (event: { readonly type: 'paused' | 'resumed' }) => void
}

export class Pausing {
  readonly #options: PausingOptions
  /** While it is paused: settles once the trackers were told. */
  #pausing: Promise<void> | undefined

  constructor(options: PausingOptions) {
    this.#options = options
  }

  get paused(): boolean {
    return this.#pausing !== undefined
  }

  /** @returns when the trackers were told. */
  pause(): Promise<void> {
    if (this.#options.signal.aborted) return Promise.resolve()
    this.#pausing ??= this.#pause()
    return this.#pausing
  }

  async resume(): Promise<void> {
    const { runner, discovery, signal, onEvent } = this.#options
    const pausing = this.#pausing
    await pausing
    // Somebody else may have resumed it meanwhile, or stopped it.
    if (pausing === undefined || this.#pausing !== pausing || signal.aborted) return
    this.#pausing = undefined
    onEvent({ type: 'resumed' })
    runner.resume()
    discovery.resume()
  }

  async #pause(): Promise<void> {
    const { runner, discovery, onEvent } = this.#options
    onEvent({ type: 'paused' })
    runner.pause()
    await discovery.pause()
  }
}
