// Whether the disk has room for a download, and telling of it: while there is none, the session waits instead of failing.
import type { BtError } from '../base/errors.ts'
import { freeSpace } from '../storage/free-space.ts'
import type { Content } from './content.ts'
import { patientContent } from './patient-content.ts'

/** The disk is full, or is so no longer. */
export type DiskEvent =
  /** The download waits. `missing`: bytes that are needed besides the free ones; 0 where a quota is used up. */
  | { readonly type: 'diskFull'; readonly error: BtError; readonly path: string; readonly missing: number }
  | { readonly type: 'diskRoom' }

export interface DiskRoomOptions {
  /** Once aborted, nothing waits any more. */
  readonly signal: AbortSignal
  readonly bytesLeft: () => number
  readonly onEvent: (event: DiskEvent) => void
}

export class DiskRoom {
  readonly #options: DiskRoomOptions
  #obstacle: BtError | undefined

  constructor(options: DiskRoomOptions) {
    this.#options = options
  }

  /** Why the download waits; undefined where it does not. */
  get obstacle(): BtError | undefined {
    return this.#obstacle
  }

  /** The same content, whose writes wait for room. */
  patient(content: Content): Content {
    const { signal, onEvent } = this.#options
    return patientContent(content, {
      signal,
      onFull: error => {
        this.#obstacle = error
        void this.#tell(error)
      },
      onRoom: () => {
        this.#obstacle = undefined
        onEvent({ type: 'diskRoom' })
      },
    })
  }

  async #tell(error: BtError): Promise<void> {
    const path = String(error.details['path'] ?? 'the content')
    const free = (await freeSpace(path)) ?? 0
    const { bytesLeft, onEvent } = this.#options
    if (this.#obstacle === error) onEvent({ type: 'diskFull', error, path, missing: Math.max(0, bytesLeft() - free) })
  }
}
