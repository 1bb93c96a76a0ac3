// leech.mjs OUT TORRENT WORKERS HOST:PORT...: downloads the file from seeds, with just enough of the protocol for that. WORKERS
// is 0, where all is done in one thread, or 1.
import { LeechConnection } from './leech-connection.mjs'
import { readTorrent } from './metainfo.mjs'
import { PieceMemory } from './piece-memory.mjs'

/** Blocks under way, from all seeds together: a seed's socket never waits for requests. */
const ASKED = 800

const [out, file, workers, ...seeds] = process.argv.slice(2)
const torrent = readTorrent(file)
const most = Math.ceil(ASKED / seeds.length)
const pieces = new PieceMemory(torrent, out, stored)
if (workers === '1') await pieces.startWorker()
for (const seed of seeds) {
  const [host, port] = seed.split(':')
  new LeechConnection({ torrent, pieces, most }).open({ host, port: Number(port) })
}

function stored() {
  console.log('complete')
  process.exit(0)
}
