// ut_metadata (BEP 9): the info dictionary travels between peers, so that a magnet link's info-hash is enough to begin.
import type { Toolkit, WireExtension } from 'bt-toolbox/plugin'
import { MetadataFetch } from './fetch.ts'
import { MetadataSession } from './session.ts'

/** Serves the metadata of a torrent where it is known, and fetches it where it is not. */
export function utMetadata(kit: Toolkit): WireExtension {
  return {
    name: 'ut_metadata',
    open: torrent => {
      const fetch = new MetadataFetch(torrent, kit)
      return { connect: peer => new MetadataSession(torrent, peer, kit, fetch) }
    },
  }
}
