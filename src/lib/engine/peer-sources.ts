// Runs the peer sources that plugins add. One that fails is named in a warning and the others go on.
import { setImmediate as turn } from 'node:timers/promises'
import type { PeerAddress } from '../base/address.ts'
import { messageOf } from '../base/errors.ts'
import { createIo } from '../net/io.ts'
import type { PeerSource, TorrentView } from '../plugin/api.ts'
import { peersOf } from '../discovery/named-peers.ts'

export interface PeerSourcesOptions {
  readonly sources: readonly PeerSource[]
  /** BEP 27; of a magnet link it is known only later. */
  readonly private: () => boolean
  readonly onPeers: (peers: readonly PeerAddress[], source: string) => void
  readonly onWarning: (message: string) => void
  /** A source ended, by itself or in failure. */
  readonly onEnd: () => void
}

/** Milliseconds that a source may take to end once it is told to. */
const STOP_GRACE = 1_000

export class PeerSources {
  readonly #options: PeerSourcesOptions
  readonly #abort = new AbortController()
  readonly #running = new Set<Promise<void>>()

  constructor(options: PeerSourcesOptions) {
    this.#options = options
  }

  start(view: TorrentView): void {
    for (const source of this.#options.sources) if (this.#mayName(source)) this.#track(this.#run(source, view))
  }

  /** Sources that may still name peers. */
  get running(): number {
    return this.#running.size
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('stopping'))
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>(resolve => {
      timer = setTimeout(resolve, STOP_GRACE)
    })
    await Promise.race([Promise.all(this.#running), limit])
    clearTimeout(timer)
  }

  /** BEP 27: a private torrent takes peers from its trackers only, unless a source says that it may be asked. */
  #mayName(source: PeerSource): boolean {
    return source.allowPrivate === true || !this.#options.private()
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => {
      this.#running.delete(tracked)
      if (!this.#abort.signal.aborted) this.#options.onEnd()
    })
    this.#running.add(tracked)
  }

  async #run(source: PeerSource, view: TorrentView): Promise<void> {
    const { onPeers, onWarning } = this.#options
    const { signal } = this.#abort
    try {
      const io = createIo({ signal, warn: onWarning })
      for await (const peers of source.peers(view, io)) {
        if (signal.aborted || !this.#mayName(source)) return
        onPeers(peersOf(peers), source.name)
        // One that never waits for anything itself would leave no time for anybody else.
        await turn()
      }
    } catch (error) {
      if (!signal.aborted) onWarning(`peer source ${source.name}: ${messageOf(error)}`)
    }
  }
}
