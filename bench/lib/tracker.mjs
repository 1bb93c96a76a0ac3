// A tracker with one answer for everybody, for the clients that cannot be told of a peer on their command line.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { encode } from '../../dist/lib/bencode/encode.js'

/** Seconds: nobody needs to ask twice. */
const INTERVAL = 3600

export class StaticTracker {
  /** Whom to name, as { host, port }. */
  peers = []
  url = ''
  #server = createServer((_request, response) => {
    const compact = Buffer.concat(this.peers.map(compactPeer))
    response.end(encode({ interval: INTERVAL, peers: compact }))
  })

  async listen(host) {
    this.#server.listen(0, host)
    await once(this.#server, 'listening')
    this.url = `http://${host}:${this.#server.address().port}/announce`
  }

  close() {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** Four bytes of address, two of port (BEP 23). */
function compactPeer({ host, port }) {
  return Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])
}
