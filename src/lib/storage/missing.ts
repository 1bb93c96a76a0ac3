// Bytes that were there once, or so we thought.
import { BtError } from '../base/errors.ts'

/** Bytes of the content. */
export interface ContentRange {
  readonly offset: number
  readonly length: number
}

export class MissingBytes extends BtError {
  /**
   * Where bytes are lost besides those that were to be read: the next write makes these files anew, or longer, with holes
   * for all else. Empty where nothing is ever written.
   */
  readonly lost: readonly ContentRange[]

  constructor(paths: readonly string[], lost: readonly ContentRange[]) {
    const [first = ''] = paths
    const others = paths.length - 1
    const more = others <= 0 ? '' : ` and ${others} other file${others === 1 ? '' : 's'}`
    const remedy = lost.length === 0 ? 'what is put back is served again' : 'verify the torrent to see what is there'
    super('DISK_NOT_FOUND', `bytes are missing in "${first}"${more}; ${remedy}`)
    this.lost = lost
  }
}
