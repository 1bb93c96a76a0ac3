import { basename, resolve } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { pieceLengthFlag, tierFlag, webSeedFlag } from '../cli/torrent-flags.ts'
import { BtError } from '../lib/base/errors.ts'
import type { CreatedTorrent } from '../lib/engine/create-torrent.ts'
import type { ShownTorrent } from '../lib/ui/torrent-document.ts'

const STDOUT = '-'

type CreateFlags = Interfaces.InferredFlags<typeof Create.flags>

export default class Create extends BtCommand {
  static override summary = 'Make a .torrent file of a file or folder.'
  static override description =
    'Writes <name>.torrent into the working folder, or what -o says, and prints the info-hash and the magnet link. Hidden files, links and what file managers leave behind are left out. With -o - the torrent goes to stdout and the lines to stderr.'
  static override args = { path: Args.string({ required: true, description: 'the file or folder' }) }
  static override flags = {
    output: Flags.string({ char: 'o', description: 'the .torrent file to write; - for stdout', helpValue: 'FILE' }),
    tracker: tierFlag({ char: 't' }),
    'piece-length': pieceLengthFlag(),
    private: Flags.boolean({ description: 'peers only from the trackers of the torrent (BEP 27)' }),
    source: Flags.string({ description: 'a name that gives the torrent an info-hash of its own' }),
    comment: Flags.string({ description: 'a comment for people' }),
    'web-seed': webSeedFlag(),
    date: Flags.boolean({ description: 'write the date of creation', default: true, allowNo: true }),
    force: Flags.boolean({ char: 'f', description: 'overwrite the .torrent file' }),
  }
  static override examples = [
    '<%= config.bin %> create video.mp4 --tracker http://127.0.0.1:6969/announce',
    '<%= config.bin %> create folder -o a.torrent --piece-length 1M --private --tracker http://127.0.0.1:6969/announce',
    '<%= config.bin %> create video.mp4 --no-date -o - > a.torrent',
  ]

  protected override async execute(): Promise<void> {
    const { args, flags } = await this.parse(Create)
    if (flags.private && flags.tracker === undefined) {
      throw new BtError('USAGE', 'a private torrent gets peers from its trackers only; give one with --tracker')
    }
    const [{ checkFree, placeFile, saveFile }, { parseMetainfo }] = await Promise.all([
      import('../lib/engine/save-file.ts'),
      import('../lib/metainfo/metainfo.ts'),
    ])
    const { output, force: overwrite } = flags
    const target = output === STDOUT ? undefined : await placeFile(output, `${basename(resolve(args.path))}.torrent`)
    if (target !== undefined) await checkFree(target, { overwrite })
    const created = await this.#create(args.path, flags)
    // Read back before it is written, so that what is shown is what others will read.
    const torrent = parseMetainfo(created.bytes)
    this.#warn(created, torrent)
    if (target === undefined) process.stdout.write(created.bytes)
    else await saveFile(target, created.bytes, { overwrite })
    await this.#show(torrent, target)
  }

  async #create(path: string, flags: CreateFlags): Promise<CreatedTorrent> {
    const [{ createTorrent }, { CLIENT }, { progressBar }] = await Promise.all([
      import('../lib/engine/create-torrent.ts'),
      import('../lib/engine/client.ts'),
      import('../lib/ui/progress-bar.ts'),
    ])
    const { 'piece-length': pieceLength, source, comment } = flags
    const bar = progressBar(process.stderr, 'hashing')
    try {
      return await createTorrent(path, {
        tiers: flags.tracker ?? [],
        webSeeds: flags['web-seed'] ?? [],
        private: flags.private,
        createdBy: CLIENT,
        signal: this.interrupted,
        onProgress: ({ hashed, total }) => bar.update(hashed, total),
        ...(flags.date && { creationDate: Math.floor(Date.now() / 1000) }),
        ...(pieceLength !== undefined && { pieceLength }),
        ...(source !== undefined && { source }),
        ...(comment !== undefined && { comment }),
      })
    } finally {
      bar.clear()
    }
  }

  #warn({ content }: CreatedTorrent, { info }: ShownTorrent): void {
    const { leftOut } = content
    if (leftOut.length > 0) this.note(`left out: ${leftOut.join(', ')}`)
    for (const [i, { path }] of content.files.entries()) {
      const [own, theirs] = [path.join('/'), info.files[i]?.path.join('/')]
      if (own !== theirs) this.noteWarning(`"${own}" is not a name for every system; it will be saved as "${theirs}"`)
    }
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
