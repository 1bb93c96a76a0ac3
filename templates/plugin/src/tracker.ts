// A tracker scheme: `sample+http://host/announce` is a web page that lists peers as JSON.
import type { AnnounceResponse, HttpResponse, Io, Toolkit, Tracker } from 'bt-toolbox/plugin'

/** Seconds, where the page names none. */
const DEFAULT_INTERVAL = 1800

/** `sample+http://host/announce` answers with `{ "peers": ["192.0.2.7:6881"], "interval": 900 }`. */
export function tracker(kit: Toolkit): Tracker {
  return {
    schemes: ['sample+http:', 'sample+https:'],
    async announce(url, request, io) {
      // Whoever leaves wants no peers, and this page keeps no list that we would have to be taken off.
      if (request.event === 'stopped') return { peers: [], interval: DEFAULT_INTERVAL }
      const { status, body } = await get(new URL(url.href.replace('sample+', '')), io, kit)
      if (status !== 200) throw kit.error('TRACKER_REFUSED', `${url.host} answered with HTTP status ${status}`)
      const response = read(new TextDecoder().decode(body), kit)
      if (response === undefined) throw kit.error('TRACKER_INVALID_ANSWER', `${url.host} sent no list of peers`)
      return response
    },
  }
}

async function get(url: URL, io: Io, kit: Toolkit): Promise<HttpResponse> {
  try {
    return await io.http(url)
  } catch (cause) {
    io.signal.throwIfAborted() // somebody stopped us: no failure of the tracker
    throw kit.error('TRACKER_UNREACHABLE', `can not reach ${url.host}`, { cause })
  }
}

/** What comes from the network may be anything: undefined where it is no such list. */
function read(text: string, kit: Toolkit): AnnounceResponse | undefined {
  try {
    const { peers, interval } = JSON.parse(text) as { peers?: unknown; interval?: unknown }
    if (!Array.isArray(peers)) return undefined
    const seconds = typeof interval === 'number' && interval > 0 ? interval : DEFAULT_INTERVAL
    return { peers: peers.map(peer => kit.parseAddress(String(peer))), interval: seconds }
  } catch {
    return undefined
  }
}
