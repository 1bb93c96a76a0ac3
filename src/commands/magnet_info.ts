import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { showFlags, torrentText } from '../cli/show-torrent.ts'
import { askingStallFlag, linkArg, pathFlag, peerFlag, trackerFlag } from '../cli/flags.ts'
import { isStdout, refuseTerminal } from '../cli/stdout-name.ts'
import type { AddOptions } from '../lib/engine/engine.ts'
import type { TorrentSource } from '../lib/engine/source.ts'
import type { Info } from '../lib/metainfo/metainfo.ts'

export default class MagnetInfo extends BtCommand {
  static override summary = 'Get the metadata of a magnet link from peers, and show it as `info` does.'
  static override description =
    'With --save it is kept as a .torrent file, info dictionary byte for byte and the trackers and web seeds of the link with it.'
  static override args = { link: linkArg }
  static override flags = {
    peer: peerFlag(),
    tracker: trackerFlag(),
    save: pathFlag({
      description: 'write the metadata as a .torrent file; - for stdout',
      helpValue: 'FILE.torrent',
    }),
    'stall-timeout': askingStallFlag,
    force: Flags.boolean({ description: 'with --save: overwrite the file' }),
    ...showFlags,
  }
  static override examples = [
    '<%= config.bin %> magnet_info "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4&tr=http://127.0.0.1:6969/announce"',
    '<%= config.bin %> magnet_info "magnet:?xt=urn:btih:d221f03eabf2a61ea8ab64a0afba3d6430970ee4" --peer 127.0.0.1:6881 --save a.torrent',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(MagnetInfo)
    const [{ loadSource }, { addTrackers }, { checkFree, placeFile, saveFile }] = await Promise.all([
      import('../lib/engine/source.ts'),
      import('../lib/engine/add-trackers.ts'),
      import('../lib/engine/save-file.ts'),
    ])
    const source = addTrackers(await loadSource(args.link, this.interrupted), flags.tracker)
    const toStdout = flags.save !== undefined && isStdout(flags.save)
    if (toStdout) refuseTerminal()
    else if (flags.save !== undefined) {
      // In a folder it will have the torrent's name, which is not known yet.
      const { hex } = await import('../lib/base/bytes.ts')
      await checkFree(await placeFile(flags.save, `${hex(source.infoHash)}.torrent`), { overwrite: flags.force })
    }
    const options = { giveUp: true, ...(flags.peer !== undefined && { peers: flags.peer }) }
    const info = await this.#fetch(source, options, flags['stall-timeout'])
    const torrent = { info, tiers: source.tiers, webSeeds: source.magnet?.webSeeds ?? [] }
    const text = await torrentText(torrent, { ...flags, json: this.json })
    if (flags.save !== undefined) {
      const { wrapInfo } = await import('../lib/metainfo/create.ts')
      const bytes = wrapInfo(info.raw, torrent)
      if (toStdout) {
        process.stdout.write(bytes)
        for (const line of text) this.note(line)
        return
      }
      const path = await placeFile(flags.save, `${info.name}.torrent`)
      await saveFile(path, bytes, { overwrite: flags.force })
      this.note(`saved as ${path}`)
    }
    this.printAll(text)
  }

  async #fetch(source: TorrentSource, options: AddOptions, stallTimeout: number): Promise<Info> {
    const [{ createEngine }, { follow }, { eventLine }] = await Promise.all([
      import('../lib/engine/engine.ts'),
      import('../cli/follow.ts'),
      import('../lib/ui/transfer-lines.ts'),
    ])
    const engine = await createEngine({ port: false, registry: await this.plugins() })
    try {
      if (source.info === undefined) this.note('getting the metadata from peers')
      const session = engine.fetchMetadata(source, options)
      session.subscribe(event => {
        const line = eventLine(event)
        if (line !== undefined) this.note(line)
      })
      return await follow(session, () => session.metadata, { signal: this.interrupted, stallTimeout })
    } finally {
      await engine.close()
    }
  }
}
