import { basename } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { editFlags, editsOf, patchText, trackerEdits, webSeedEdits, type EditFlags } from '../cli/edit-flags.ts'
import { pathFlag } from '../cli/flags.ts'
import { isStdout, refuseTerminal } from '../cli/stdout-name.ts'
import { hex } from '../lib/base/bytes.ts'
import { BtError } from '../lib/base/errors.ts'
import { unused } from '../lib/metainfo/edit-lists.ts'
import type { EditedTorrent } from '../lib/metainfo/edit.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

const STDIN = '-'

type Where = Pick<Interfaces.InferredFlags<typeof Edit.flags>, 'output' | 'dry-run' | 'force'>

export default class Edit extends BtCommand {
  static override summary = 'Change what a .torrent file says, in place.'
  static override description =
    'Trackers, web seeds, comment and all else that its flags name; every other byte stays as it is. What has a * is part of the info-hash: changing it makes another torrent, which its peers do not know. Takes several files. With -o one of them is written elsewhere.'
  static override strict = false
  static override args = {
    torrent: Args.string({ required: true, description: 'the .torrent files; - for standard input' }),
  }
  static override flags = {
    ...editFlags,
    output: pathFlag({ char: 'o', description: 'write here instead; - for stdout', helpValue: 'FILE' }),
    'dry-run': Flags.boolean({ char: 'n', description: 'show what would come of it; write nothing' }),
    force: Flags.boolean({ char: 'f', description: 'with -o: overwrite the file' }),
  }
  static override examples = [
    '<%= config.bin %> edit a.torrent --add-tracker udp://127.0.0.1:6969/announce',
    '<%= config.bin %> edit *.torrent --replace-tracker "old.example new.example"',
    '<%= config.bin %> edit a.torrent --source ABC --private -o b.torrent',
    '<%= config.bin %> edit a.torrent --merge \'{"info": {"entropy": 42}, "comment": null}\'',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Edit)
    const files = argv.map(String)
    if (flags.output !== undefined && files.length > 1) {
      throw new BtError('USAGE', 'several torrents can not be written to one place; leave out -o, or name one torrent')
    }
    const remote = files.find(file => /^https?:\/\//i.test(file))
    if (remote !== undefined && flags.output === undefined) {
      throw new BtError('USAGE', `${remote} is no file of this machine; say where to write with -o`)
    }
    if (!Object.keys(editFlags).some(name => name in flags)) {
      throw new BtError('USAGE', 'nothing is to be changed; say what with flags such as --add-tracker, see --help')
    }
    const patch = await patchText(flags.merge, this.interrupted)
    const { readInput, readMetainfo } = await import('../lib/engine/source.ts')
    const { editTorrent } = await import('../lib/metainfo/edit.ts')
    // All are read before the first is written: what is wrong with one leaves all as they were.
    const edited = await Promise.all(
      files.map(async file => {
        const bytes = await readInput(file, this.interrupted)
        const torrent = readMetainfo(file, bytes)
        return { file, edited: editTorrent(bytes, editsOf(flags, torrent, patch)) }
      }),
    )
    for (const one of edited) {
      if (files.length > 1 && !this.json) this.print(`File: ${one.file}`)
      this.#remark(one.edited, flags)
      const path = await this.#write(one.file, one.edited, flags)
      await this.#show(one.edited, path, path === undefined && !flags['dry-run'])
    }
  }

  #remark({ before, after, infoChanged, changed }: EditedTorrent, flags: EditFlags): void {
    const absent = [
      ...unused(before.tiers.flat(), trackerEdits(flags)),
      ...unused(before.webSeeds, webSeedEdits(flags)),
    ]
    for (const url of absent) this.noteWarning(`"${before.info.name}" has nothing like ${url}`)
    if (after.info.private && after.tiers.length === 0) {
      this.noteWarning(`"${after.info.name}" is private and has no tracker: nobody finds its peers`)
    }
    if (!changed) this.note(`nothing changes in "${before.info.name}"`)
    if (infoChanged) {
      const [from, to] = [before, after].map(({ info }) => hex(info.infoHash))
      this.note(`the info-hash changes from ${from} to ${to}: for trackers and peers this is another torrent`)
    }
  }

  /** @returns where it was written; undefined: to stdout, or nowhere */
  async #write(file: string, { bytes, changed }: EditedTorrent, where: Where): Promise<string | undefined> {
    if (where['dry-run']) return undefined
    const { output } = where
    if (output === undefined ? file === STDIN : isStdout(output)) {
      refuseTerminal()
      process.stdout.write(bytes)
      return undefined
    }
    const { placeFile, rewriteFile, saveFile } = await import('../lib/engine/save-file.ts')
    if (output !== undefined) {
      const path = await placeFile(output, basename(file))
      await saveFile(path, bytes, { overwrite: where.force })
      return path
    }
    if (changed) await rewriteFile(file, bytes)
    return file
  }

  /** Where the torrent itself goes to stdout, all else goes to stderr. */
  async #show({ before, after, changed }: EditedTorrent, path: string | undefined, toStdout: boolean): Promise<void> {
    const { createdLines } = await import('../lib/ui/created-lines.ts')
    const { magnetOf } = await import('../lib/ui/torrent-document.ts')
    const document = {
      file: path,
      changed,
      infoHash: hex(after.info.infoHash),
      previousInfoHash: hex(before.info.infoHash),
      magnet: magnetOf(after),
    }
    for (const line of this.json
      ? [jsonLine(document)]
      : createdLines({ infoHash: after.info.infoHash, magnet: document.magnet })) {
      if (toStdout) this.note(line)
      else this.print(line)
    }
  }
}
