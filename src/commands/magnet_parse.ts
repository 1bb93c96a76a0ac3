import { BtCommand } from '../cli/bt-command.ts'
import { linkArg } from '../cli/flags.ts'

export default class MagnetParse extends BtCommand {
  static override summary = 'Show what a magnet link says.'
  static override description =
    'A "Tracker URL: " line for each tracker and the "Info Hash: ", always in hexadecimal; then the name, length, selected files, peers and web seeds where the link has them.'
  static override args = { link: linkArg }
  static override examples = [
    '<%= config.bin %> magnet_parse "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4&dn=a.gif&tr=http%3A%2F%2F127.0.0.1%3A6969%2Fannounce"',
  ]

  protected override async execute(): Promise<void> {
    const { args } = await this.parse(MagnetParse)
    const [{ parseMagnet }, { magnetJson, magnetLines }] = await Promise.all([
      import('../lib/metainfo/magnet.ts'),
      import('../lib/ui/magnet-lines.ts'),
    ])
    const magnet = parseMagnet(args.link)
    if (this.json) this.printJson(magnetJson(magnet))
    else for (const line of magnetLines(magnet)) this.print(line)
  }
}
