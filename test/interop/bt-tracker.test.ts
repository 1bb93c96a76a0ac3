/** `bt tracker` brings real clients, and `bt` itself, together over HTTP and over UDP. */
import { aria2 } from './support/aria2.ts'
import { ours } from './support/bt.ts'
import { single } from './support/content.ts'
import { exchange } from './support/exchange.ts'
import { libtorrent } from './support/libtorrent.ts'
import { SCHEMES } from './support/torrent.ts'
import { transmission } from './support/transmission.ts'

for (const scheme of SCHEMES) {
  const common = { content: single, form: 'magnet', scheme, tracker: 'bt' } as const
  exchange({ ...common, seed: transmission, leech: libtorrent })
  exchange({ ...common, seed: aria2, leech: transmission })
  exchange({ ...common, seed: libtorrent, leech: aria2 })
  exchange({ ...common, seed: ours, leech: ours })
}
