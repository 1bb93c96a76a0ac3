// The clients that the benchmark knows, and which of them are here.
import { aria2 } from './aria2.mjs'
import { bt } from './bt.mjs'
import { libtorrent } from './libtorrent.mjs'
import { transmission } from './transmission.mjs'
import { webtorrent } from './webtorrent.mjs'

/**
 * @typedef {object} Seed
 * @property {import('../child.mjs').Child} child
 * @property {string} host
 * @property {number} port
 *
 * @typedef {object} Download
 * @property {import('../child.mjs').Child} child
 * @property {RegExp} complete what it prints when all data is there, under the torrent's name in the folder `out`
 * @property {boolean} ends whether it then ends by itself, so that its CPU time is that of all it did
 *
 * @typedef {import('../lab.mjs').Lab} Lab
 * @typedef {import('../torrent.mjs').Torrent} Torrent
 *
 * @typedef {object} Client
 * @property {string} name
 * @property {string} [version] set once it was found
 * @property {(lab: Lab) => Promise<string | undefined>} find its version; nothing where it is not installed
 * @property {(lab: Lab, torrent: Torrent) => Promise<Seed>} seed resolves when it listens and has all data checked
 * @property {(lab: Lab, torrent: Torrent, where: { peers: Seed[], out: string }) => Download | Promise<Download>} download
 */

const CLIENTS = [bt, libtorrent, aria2, transmission, webtorrent]

/** @param {Lab} lab @returns {Promise<Client[]>} all; those that are not here without a version */
export async function findClients(lab) {
  const wanted = ({ name }) => lab.options.clients?.includes(name) ?? true
  const found = []
  for (const client of CLIENTS.filter(wanted)) found.push({ ...client, version: await client.find(lab) })
  return found
}
