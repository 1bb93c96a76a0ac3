/** The real clients among themselves: while these pass, a failure of the other interop tests is `bt`'s own. */
import { expect } from 'vitest'
import { aria2 } from './support/aria2.ts'
import type { Client, Form } from './support/client.ts'
import { differences, multi, single, type Content } from './support/content.ts'
import { interop } from './support/interop.ts'
import { libtorrent } from './support/libtorrent.ts'
import type { Scheme } from './support/torrent.ts'
import { transmission } from './support/transmission.ts'

const PAIRS: readonly (readonly [seed: Client, leech: Client, Content, Form, Scheme])[] = [
  [transmission, libtorrent, single, 'magnet', 'udp'],
  [transmission, aria2, multi, 'torrent', 'http'],
  [libtorrent, transmission, multi, 'magnet', 'http'],
  [aria2, transmission, single, 'torrent', 'udp'],
  [libtorrent, aria2, single, 'magnet', 'udp'],
  [aria2, libtorrent, multi, 'torrent', 'http'],
]

for (const [seed, leech, content, form, scheme] of PAIRS) {
  const name = `${leech.name} downloads ${content.kind} by ${form} from ${seed.name} (${scheme})`
  interop(name, [seed.name, leech.name], async lab => {
    const torrent = await lab.published(content)
    await seed.seed(lab, torrent, scheme)
    await lab.tracker.seeds(torrent.infoHash, 1)
    const out = await leech.download(lab, { torrent, form, scheme })
    expect(await differences(torrent.root, out, leech.emptyFiles)).toEqual([])
  })
}
