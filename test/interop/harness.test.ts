/** The real clients among themselves: while these pass, a failure of the other interop tests is `bt`'s own. */
import { aria2 } from './support/aria2.ts'
import { multi, single } from './support/content.ts'
import { exchange } from './support/exchange.ts'
import { libtorrent } from './support/libtorrent.ts'
import { transmission } from './support/transmission.ts'

exchange({ seed: transmission, leech: libtorrent, content: single, form: 'magnet', scheme: 'udp' })
exchange({ seed: transmission, leech: aria2, content: multi, form: 'torrent', scheme: 'http' })
exchange({ seed: libtorrent, leech: transmission, content: multi, form: 'magnet', scheme: 'http' })
exchange({ seed: aria2, leech: transmission, content: single, form: 'torrent', scheme: 'udp' })
exchange({ seed: libtorrent, leech: aria2, content: single, form: 'magnet', scheme: 'udp' })
exchange({ seed: aria2, leech: libtorrent, content: multi, form: 'torrent', scheme: 'http' })
