import { basename, resolve } from 'node:path'
import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { createFlags, createOptions, type CreateFlags } from '../cli/create-flags.ts'
import { BtError } from '../lib/base/errors.ts'
import type { CreatedTorrent, CreateOptions } from '../lib/engine/create-torrent.ts'
import type { ShownTorrent } from '../lib/ui/torrent-document.ts'

const STDOUT = '-'

export default class Create extends BtCommand {
  static override summary = 'Make a .torrent file of a file or folder.'
  static override description =
    'Writes <name>.torrent into the working folder, or what -o says, and prints the info-hash and the magnet link. The same content and flags always give the same bytes. Hidden files, symbolic links and what file managers leave behind are left out, and named. With -o - the torrent goes to stdout and the lines to stderr. A GLOB without a slash is held against names, in every folder; one with a slash against the whole path; ** crosses folders.'
  static override args = { path: Args.string({ required: true, description: 'the file or folder' }) }
  static override flags = {
    output: Flags.string({ char: 'o', description: 'the .torrent file to write; - for stdout', helpValue: 'FILE' }),
    ...createFlags,
    link: Flags.boolean({ description: 'print the magnet link alone, and write nothing' }),
    'dry-run': Flags.boolean({ char: 'n', description: 'show what would be in the torrent; hash and write nothing' }),
    force: Flags.boolean({ char: 'f', description: 'overwrite the .torrent file' }),
  }
  static override examples = [
    '<%= config.bin %> create video.mp4 --tracker http://127.0.0.1:6969/announce',
    '<%= config.bin %> create folder -o a.torrent --piece-length 1M --private --tracker http://127.0.0.1:6969/announce',
    "<%= config.bin %> create folder --exclude '*.nfo' --exclude 'extras/**' --dry-run",
    '<%= config.bin %> create video.mp4 -o - > a.torrent',
    '<%= config.bin %> create video.mp4 --link',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Create)
    if (flags.private && flags.tracker === undefined) {
      throw new BtError('USAGE', 'a private torrent gets peers from its trackers only; give one with --tracker')
    }
    const writes = !flags.link && !flags['dry-run']
    if (!writes && flags.output !== undefined)
      throw new BtError('USAGE', '--link and --dry-run write nothing; leave out -o')
    const { checkFree, placeFile, saveFile } = await import('../lib/engine/save-file.ts')
    const { output, force: overwrite } = flags
    const name = flags.name ?? basename(resolve(args.path))
    const target = output === STDOUT ? undefined : await placeFile(output, `${name}.torrent`)
    if (flags['dry-run']) return this.#showPlan(args.path, createOptions(flags, target))
    if (target !== undefined && writes) await checkFree(target, { overwrite })
    const { created, torrent } = await this.#create(args.path, flags, target)
    if (flags.link) return this.#showLink(torrent)
    if (target === undefined) process.stdout.write(created.bytes)
    else await saveFile(target, created.bytes, { overwrite })
    await this.#show(torrent, target)
  }

  async #create(
    path: string,
    flags: CreateFlags,
    target: string | undefined,
  ): Promise<{ readonly created: CreatedTorrent; readonly torrent: ShownTorrent }> {
    const [{ createTorrent }, { progressBar }, { parseMetainfo }] = await Promise.all([
      import('../lib/engine/create-torrent.ts'),
      import('../lib/ui/progress-bar.ts'),
      import('../lib/metainfo/metainfo.ts'),
    ])
    const bar = progressBar(process.stderr, 'hashing')
    try {
      const created = await createTorrent(path, {
        ...createOptions(flags, target),
        signal: this.interrupted,
        onProgress: ({ hashed, total, totalLength }) => bar.update((hashed / total) * totalLength, totalLength),
      })
      bar.clear()
      // Read back before it is written, so that what is shown is what others will read.
      const torrent = parseMetainfo(created.bytes)
      await this.#remark(created, torrent)
      return { created, torrent }
    } finally {
      bar.clear()
    }
  }

  async #remark({ content }: CreatedTorrent, { info }: ShownTorrent): Promise<void> {
    const { leftOutLines, planSummary } = await import('../lib/ui/created-lines.ts')
    for (const line of leftOutLines(content)) this.note(line)
    const warn = (own: string, theirs: string | undefined): void => {
      if (own !== theirs) this.noteWarning(`"${own}" is not a name for every system; it will be saved as "${theirs}"`)
    }
    if (!content.singleFile) warn(content.name, info.name)
    for (const [i, { path }] of content.files.entries()) warn(path.join('/'), info.files[i]?.path.join('/'))
    this.note(planSummary(content))
  }

  async #showPlan(path: string, options: CreateOptions): Promise<void> {
    const [{ planTorrent }, { leftOutLines, planJson, planLines, planSummary }] = await Promise.all([
      import('../lib/engine/create-torrent.ts'),
      import('../lib/ui/created-lines.ts'),
    ])
    const plan = await planTorrent(path, options)
    if (this.json) return this.printJson(planJson(plan))
    for (const line of planLines(plan)) this.print(line)
    for (const line of leftOutLines(plan)) this.note(line)
    this.note(planSummary(plan))
  }

  async #showLink(torrent: ShownTorrent): Promise<void> {
    const { createdJson } = await import('../lib/ui/created-lines.ts')
    const { magnetOf } = await import('../lib/ui/torrent-document.ts')
    if (this.json) this.printJson(createdJson(torrent, undefined))
    else this.print(magnetOf(torrent) ?? '')
  }

  /** Where the torrent itself goes to stdout, all else goes to stderr. */
  async #show(torrent: ShownTorrent, target: string | undefined): Promise<void> {
    const { createdJson, createdLines } = await import('../lib/ui/created-lines.ts')
    const lines = this.json ? [JSON.stringify(createdJson(torrent, target))] : createdLines(torrent)
    for (const line of lines) {
      if (target === undefined) this.note(line)
      else this.print(line)
    }
    if (target !== undefined) this.note(`saved as ${target}`)
  }
}
