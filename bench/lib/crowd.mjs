// Many idle peers for one client: see peers/crowd.mjs.
import { fileURLToPath } from 'node:url'
import { SUBNET } from './namespace.mjs'

const CROWD = fileURLToPath(new URL('../peers/crowd.mjs', import.meta.url))

/**
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ host: string, port: number, torrents: import('./torrent.mjs').Torrent[], count: number,
 *   welcome?: string, interested?: boolean }} options the client's address; as many pieces in every torrent; welcome: wait
 *   at this address for the client to connect, and only then connect to it
 * @returns {import('./child.mjs').Child} which prints `welcoming PORT` and `ready`
 */
export function startCrowd(lab, { host, port, torrents, count, welcome, interested = true }) {
  const infoHashes = torrents.map(({ infoHash }) => infoHash.toString('hex'))
  const [{ pieceCount }] = torrents
  const options = { host, port, infoHashes, count, pieceCount, subnet: SUBNET, welcome, interested }
  return lab.spawn(process.execPath, [CROWD, JSON.stringify(options)], lab.options.size)
}

/** How many of the crowd are still there. */
export async function present(crowd, count) {
  return await crowd.until(printed => count - (printed.match(/^left$/gm)?.length ?? 0), 'counted')
}
