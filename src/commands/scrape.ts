import { timeoutFlag } from '../cli/announce-flags.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg, trackerFlag } from '../cli/flags.ts'
import { ERROR_EXIT_CODES, type BtError } from '../lib/base/errors.ts'

export default class Scrape extends BtCommand {
  static override summary = 'Ask the trackers of torrents how many seeds and leeches they count.'
  static override description =
    'One line a torrent and tracker: complete (seeds), downloaded (how often a download was completed), incomplete (leeches). Of several torrents, each tracker is asked for all at once. A tracker that fails is warned of; where all trackers of a torrent fail, the exit code is 4. With --json, one object a torrent.'
  static override strict = false
  static override args = { torrent: torrentArg }
  static override flags = { tracker: trackerFlag(), timeout: timeoutFlag }
  static override examples = [
    '<%= config.bin %> scrape a.torrent',
    '<%= config.bin %> scrape a.torrent b.torrent d221f03eabf2a61ea8ab64a0afba3d6430970ee4 --tracker http://127.0.0.1:6969/announce',
    '<%= config.bin %> scrape d221f03eabf2a61ea8ab64a0afba3d6430970ee4 --tracker udp://127.0.0.1:6969/announce --json',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Scrape)
    const [{ loadSource }, { addTrackers }, { scrapeTrackers }, { scrapeJson, scrapeLines }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/add-trackers.ts'),
      import('../lib/engine/scrape-query.ts'),
      import('../lib/ui/tracker-answers.ts'),
    ])
    const load = async (argument: unknown): ReturnType<typeof loadSource> =>
      addTrackers(await loadSource(String(argument), this.interrupted), flags.tracker)
    const torrents = await scrapeTrackers({
      sources: await Promise.all(argv.map(load)),
      registry: await this.plugins(),
      signal: this.interrupted,
      timeout: flags.timeout * 1000,
      onWarning: message => this.noteWarning(message),
    })
    const answers = torrents.flatMap(torrent => torrent.answers)
    for (const error of errorsOf(answers)) this.noteWarning(error.message)
    if (this.json) for (const torrent of torrents) this.printJson(scrapeJson(torrent))
    else for (const line of scrapeLines(torrents)) this.print(line)
    if (torrents.some(torrent => torrent.answers.every(answer => 'error' in answer))) {
      process.exitCode = ERROR_EXIT_CODES.TRACKER_UNREACHABLE
    }
  }
}

/** Each once: a tracker that failed did so for all torrents. */
function errorsOf(answers: readonly object[]): ReadonlySet<BtError> {
  return new Set(answers.flatMap(answer => ('error' in answer ? [answer.error as BtError] : [])))
}
