// The info dictionary of a torrent that may have begun as a bare info-hash. It is believed only when its hash is the
// torrent's, whoever brings it (BEP 9 "data").
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

  /** Whether the bytes are this torrent's. */
  matches(raw: Uint8Array): boolean {
    return equal(createHash('sha1').update(raw).digest(), this.infoHash)
  }

  /**
   * Bytes that match become the info dictionary. They are copied: who brought them may use the memory again.
   * @throws BtError METAINFO_INVALID where they are no usable torrent, BENCODE_MALFORMED where they are not even bencode.
   */
  accept(raw: Uint8Array): Info {
    this.#info = parseInfo(raw.slice())
    return this.#info
  }
}
