/** `bt announce` and `bt scrape` at opentracker, and libtorrent's scrape at `bt tracker`, over HTTP and over UDP. */
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { bt, runBt } from './support/bt-process.ts'
import { multi, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import { HERE } from './support/namespace.ts'
import { SCHEMES } from './support/torrent.ts'

const SCRAPE = fileURLToPath(new URL('support/libtorrent_scrape.py', import.meta.url))

interface Report {
  readonly response: {
    readonly interval: number
    readonly complete: number
    readonly incomplete: number
    readonly peers: readonly { readonly address: string }[]
  }
}

for (const scheme of SCHEMES) {
  interop(`bt announce and bt scrape at opentracker over ${scheme}`, ['bt'], async lab => {
    const [one, two] = [await lab.torrent(single), await lab.torrent(multi)]
    await lab.tracker.startOpentracker(one.infoHash, two.infoHash)
    const at = ['--tracker', lab.tracker.announce[scheme]]
    await bt(lab, 'announce', one.infoHash, ...at, '--port', '7001', '--event', 'completed', '--left', '0')
    const printed = await bt(lab, 'announce', one.infoHash, ...at, '--port', '7002', '--json', '--show-request')
    const { response } = JSON.parse(printed) as Report
    expect(response).toMatchObject({ complete: 1, incomplete: 1 })
    expect(response.interval).toBeGreaterThan(0)
    expect(response.peers.map(({ address }) => address)).toContain(`${HERE}:7001`)
    const scraped = await bt(lab, 'scrape', one.infoHash, two.infoHash, ...at)
    expect(scraped).toMatch(new RegExp(`^${one.infoHash}  \\S+ +complete: 1  downloaded: \\d  incomplete: 1$`, 'mu'))
    if (scheme === 'udp') {
      expect(scraped).toMatch(new RegExp(`^${two.infoHash}  \\S+ +complete: 0  downloaded: 0  incomplete: 0$`, 'mu'))
    }
  })

  interop(`bt announce shows how opentracker refuses over ${scheme}`, ['bt'], async lab => {
    const torrent = await lab.torrent(single)
    await lab.tracker.startOpentracker('0'.repeat(40))
    const { code, stdout, stderr } = await runBt(lab, 'announce', torrent.file(scheme), '--show-request')
    expect(code).toBe(4)
    expect(stdout).toContain(scheme === 'http' ? '< HTTP 200 ' : '< announce ')
    if (scheme === 'http') expect(stdout).toMatch(/^Failure Reason: .*not authorized/mu)
    else expect(stderr).toContain('may not serve it')
  })

  interop(`libtorrent scrapes bt tracker over ${scheme}`, ['bt', 'libtorrent'], async lab => {
    const torrent = await lab.published(single, 'bt')
    const at = ['--tracker', lab.tracker.announce[scheme]]
    await bt(lab, 'announce', torrent.infoHash, ...at, '--event', 'none', '--left', '0')
    await bt(lab, 'announce', torrent.infoHash, ...at, '--event', 'none')
    const where = `${HERE}:${lab.ns.freePort()}`
    const child = lab.ns.spawn('/usr/bin/python3', [SCRAPE, where, torrent.file(scheme), await lab.folder('out')])
    await child.line(/^complete 1 incomplete 1$/u)
  })
}
