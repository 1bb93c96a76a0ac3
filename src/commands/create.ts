import { basename, resolve } from 'node:path'
import { Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { createFlags, createOptions } from '../cli/create-flags.ts'
import { pathArg, pathFlag } from '../cli/flags.ts'
import { isStdout, refuseTerminal } from '../cli/stdout-name.ts'
import { BtError } from '../lib/base/errors.ts'
import type { CreatedTorrent, CreateOptions, TorrentPlan } from '../lib/engine/create-torrent.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

export default class Create extends BtCommand {
  static override summary = 'Make a .torrent file of a file or folder.'
  static override description =
    'Writes <name>.torrent into the working folder, or what -o says, and prints the info-hash and the magnet link. The same content and flags always give the same bytes. Hidden files, symbolic links and what file managers leave behind are left out, and named. With -o - the torrent goes to stdout and the lines to stderr. A GLOB may have *, ?, [a-z] and {a,b}; without a slash it is held against names, in every folder, with one against the whole path, where ** crosses folders.'
  static override args = { path: pathArg({ required: true, description: 'the file or folder' }) }
  static override flags = {
    output: pathFlag({ char: 'o', description: 'the .torrent file to write; - for stdout', helpValue: 'FILE' }),
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
    const place = output !== undefined && isStdout(output) ? undefined : await placeFile(output, `${name}.torrent`)
    const options = createOptions(flags, place)
    if (flags['dry-run']) return this.#showPlan(args.path, options)
    if (writes && place === undefined) refuseTerminal()
    const target = writes ? place : undefined
    if (target !== undefined) await checkFree(target, { overwrite })
    const created = await this.#create(args.path, options)
    const magnet = await magnetOf(created, options)
    if (flags.link) return this.json ? this.#show(created, magnet, target, 'stdout') : this.print(magnet)
    if (target === undefined) process.stdout.write(created.bytes)
    else await saveFile(target, created.bytes, { overwrite })
    // Where the torrent itself goes to stdout, all else goes to stderr.
    await this.#show(created, magnet, target, target === undefined ? 'stderr' : 'stdout')
  }

  async #create(path: string, options: CreateOptions): Promise<CreatedTorrent> {
    const [{ createTorrent }, { planSummary }, bar] = await Promise.all([
      import('../lib/engine/create-torrent.ts'),
      import('../lib/ui/created-lines.ts'),
      this.bar('hashing'),
    ])
    try {
      const created = await createTorrent(path, {
        ...options,
        signal: this.interrupted,
        onProgress: ({ hashed, total, totalLength }) => bar.update((hashed / total) * totalLength, totalLength),
      })
      bar.clear()
      await this.#remark(created.content)
      this.note(planSummary(created.content))
      return created
    } finally {
      bar.clear()
    }
  }

  async #remark(plan: TorrentPlan): Promise<void> {
    const { leftOutLines, renamedLines } = await import('../lib/ui/created-lines.ts')
    for (const line of leftOutLines(plan)) this.note(line)
    for (const line of renamedLines(plan)) this.noteWarning(line)
  }

  async #showPlan(path: string, options: CreateOptions): Promise<void> {
    const [{ planTorrent }, { planJson, planLines, planSummary }] = await Promise.all([
      import('../lib/engine/create-torrent.ts'),
      import('../lib/ui/created-lines.ts'),
    ])
    const plan = await planTorrent(path, options)
    if (this.json) return this.printJson(planJson(plan))
    this.printAll(planLines(plan))
    await this.#remark(plan)
    this.note(planSummary(plan))
  }

  async #show(
    created: CreatedTorrent,
    magnet: string,
    target: string | undefined,
    to: 'stdout' | 'stderr',
  ): Promise<void> {
    const { createdJson, createdLines } = await import('../lib/ui/created-lines.ts')
    const { infoHash } = created
    for (const line of this.json
      ? [jsonLine(createdJson(created, magnet, target))]
      : createdLines({ infoHash, magnet })) {
      if (to === 'stdout') this.print(line)
      else this.note(line)
    }
    if (target !== undefined && to === 'stdout') this.note(`saved as ${target}`)
  }
}

async function magnetOf({ infoHash, content }: CreatedTorrent, options: CreateOptions): Promise<string> {
  const { formatMagnet } = await import('../lib/metainfo/magnet.ts')
  const { tiers = [], webSeeds = [] } = options
  return formatMagnet({ infoHash, displayName: content.name, trackers: tiers.flat(), webSeeds })
}
