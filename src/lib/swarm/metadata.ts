// The info dictionary of a torrent that may have begun as a bare info-hash. It is believed only when its hash is the
// torrent's, whoever brings it (BEP 9: "the metadata is valid when its hash matches").
import { createHash } from 'node:crypto'
import { equal } from '../base/bytes.ts'
import type { InfoHash } from '../base/ids.ts'
import { parseInfo, type Info } from '../metainfo/metainfo.ts'

export class Metadata {
  readonly infoHash: InfoHash
  #info: Info | undefined

  constructor(infoHash: InfoHash) {
    this.infoHash = infoHash
  }

  get info(): Info | undefined {
    return this.#info
  }

  /** From a .torrent file, whose parser computed the hash. */
  set(info: Info): void {
    this.#info = info
  }

  /**
   * @returns the parsed dictionary where the bytes are this torrent's, undefined where they are not.
   * @throws BtError METAINFO_INVALID where the hash matches but the contents are no usable torrent.
   */
  offer(raw: Uint8Array): Info | undefined {
    if (!equal(createHash('sha1').update(raw).digest(), this.infoHash)) return undefined
    this.#info = parseInfo(raw)
    return this.#info
  }
}
