import { BtCommand } from '../cli/bt-command.ts'
import { torrentArg, trackerFlag } from '../cli/flags.ts'
import { hex } from '../lib/base/bytes.ts'

export default class Scrape extends BtCommand {
  static override summary = 'Ask the trackers of a torrent how many seeds and leeches they count.'
  static override description =
    'One line a tracker: complete (seeds), downloaded (how often a download was completed), incomplete (leeches). A tracker that fails is warned of; only where all fail the command does.'
  static override args = { torrent: torrentArg }
  static override flags = { tracker: trackerFlag() }
  static override examples = [
    '<%= config.bin %> scrape a.torrent',
    '<%= config.bin %> scrape c5fb9894bdaba464811b088d806bdd611ba490af --tracker udp://127.0.0.1:6969/announce --json',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Scrape)
    const [{ loadSource }, { addTrackers }, { scrapeTrackers }, { scrapeJson, scrapeLines }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/add-trackers.ts'),
      import('../lib/engine/scrape-query.ts'),
      import('../lib/ui/tracker-answers.ts'),
    ])
    const source = addTrackers(await loadSource(args.torrent, this.interrupted), flags.tracker)
    const answers = await scrapeTrackers({
      source,
      registry: await this.plugins(),
      signal: this.interrupted,
      onWarning: message => this.noteWarning(message),
    })
    for (const answer of answers) if ('error' in answer) this.noteWarning(answer.error.message)
    if (this.json) this.printJson({ infoHash: hex(source.infoHash), trackers: answers.map(scrapeJson) })
    else for (const line of scrapeLines(answers)) this.print(line)
  }
}
