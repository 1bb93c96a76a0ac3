// WebTorrent as one peer of the benchmark: webtorrent-peer.mjs OPTIONS, a JSON object with the path of its module, a
// .torrent, the folder where the content is or comes to be, and peers as ip:port. It says when it listens and when all is
// there, and goes on until it is terminated.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const { module, torrent, folder, peers } = JSON.parse(process.argv[2])
const { default: WebTorrent } = await import(pathToFileURL(module))

const quiet = { dht: false, lsd: false, tracker: false, utp: false, natUpnp: false, natPmp: false }
// libtorrent is told to speak without encryption, too.
const client = new WebTorrent({ ...quiet, secure: false })
client.on('listening', () => console.log(`listening ${client.torrentPort}`))
client.on('error', error => {
  console.error(error.message)
  process.exit(1)
})
const added = client.add(readFileSync(torrent), { path: folder, announce: [] })
added.on('done', () => console.log('complete'))
added.on('infoHash', () => {
  for (const peer of peers) added.addPeer(peer)
})
