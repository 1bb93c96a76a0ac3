// A peer source: a web page with an address a line, whose URL is in the environment variable BT_SAMPLE_URL.
import type { PeerAddress, PeerSource, Toolkit } from 'bt-toolbox/plugin'

/** The environment variable. */
export const VARIABLE = 'BT_SAMPLE_URL'
/** Milliseconds between two looks at the page. */
const INTERVAL = 300_000

export function source(kit: Toolkit): PeerSource {
  return {
    name: 'sample',
    // No `allowPrivate`: the peers of a private torrent come from its trackers alone (BEP 27).
    async *peers(_torrent, io) {
      const page = process.env[VARIABLE]
      if (page === undefined || page === '') return
      for (;;) {
        try {
          const { status, body } = await io.http(new URL(page))
          if (status === 200) yield addressesIn(new TextDecoder().decode(body), kit)
          else io.warn(`no peers from ${page} (${VARIABLE}): HTTP status ${status}`)
        } catch (error) {
          io.signal.throwIfAborted()
          io.warn(`no peers from ${page} (${VARIABLE}): ${error instanceof Error ? error.message : String(error)}`)
        }
        await io.sleep(INTERVAL) // ends with the signal, as every wait of `io` does
      }
    },
  }
}

/** Lines that are no `ip:port` or `[ip]:port` are passed over. */
function addressesIn(text: string, kit: Toolkit): PeerAddress[] {
  return text.split(/\s+/).flatMap(entry => {
    try {
      return [kit.parseAddress(entry)]
    } catch {
      return []
    }
  })
}
