/**
 * `bt` downloads from each real client, and each downloads from `bt`: single and multi-file, by .torrent and by magnet
 * link. Each content goes over HTTP in one form and over UDP in the other.
 */
import { ours } from './support/bt.ts'
import { FORMS } from './support/client.ts'
import { CLIENTS } from './support/clients.ts'
import { multi, single } from './support/content.ts'
import { exchange } from './support/exchange.ts'

for (const client of CLIENTS) {
  for (const content of [single, multi]) {
    for (const form of FORMS) {
      const scheme = (content === single) === (form === 'torrent') ? 'http' : 'udp'
      exchange({ seed: client, leech: ours, content, form, scheme })
      exchange({ seed: ours, leech: client, content, form, scheme })
    }
  }
}
