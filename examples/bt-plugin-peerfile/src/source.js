// A peer source: bt asks it for peers once a torrent, and gives what it yields to the torrent.
import { readFile } from 'node:fs/promises'
import { parsePeerFile } from './peer-file.js'

/** The environment variable that names the file. */
export const VARIABLE = 'BT_PEERFILE'

/**
 * @param {import('bt-toolbox/plugin').Toolkit} kit
 * @returns {import('bt-toolbox/plugin').PeerSource}
 */
export function peerFileSource(kit) {
  return {
    name: 'peerfile',
    // No `allowPrivate`: the peers of a private torrent come from its tracker alone (BEP 27).
    async *peers(_torrent, io) {
      const path = process.env[VARIABLE]
      if (path === undefined || path === '') return
      try {
        yield parsePeerFile(await readFile(path, { encoding: 'utf8', signal: io.signal }), kit)
      } catch (error) {
        if (io.signal.aborted) return
        const reason = error instanceof Error ? error.message : String(error)
        io.warn(`no peers from ${path} (${VARIABLE}): ${reason}`)
      }
    },
  }
}
