import type { Interfaces } from '@oclif/core'
import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { peerFlag, portFlag, trackerFlag } from '../cli/flags.ts'
import { maxUpFlag, rateLimits } from '../cli/rate-flags.ts'
import type { SeedDisplay } from '../cli/seed-display.ts'
import { seedGoals, seedUntilFlags } from '../cli/seed-flags.ts'
import { BtError, messageOf } from '../lib/base/errors.ts'
import type { SeedItem } from '../lib/engine/seed-items.ts'
import type { Engine, SeedOptions } from '../lib/engine/engine.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'

type SeedFlags = Interfaces.InferredFlags<typeof Seed.flags>

export default class Seed extends BtCommand {
  static override summary = 'Serve content to peers, until interrupted or until it has been given often or long enough.'
  static override description =
    'Takes torrents, or folders of them; a last word behind them that is none is the content itself or the folder that holds it, as --path is (the working folder by default). Where no torrent is before it, a file or folder is made into one first, and its magnet link is printed. What is served is verified first. With --ratio, --seed-time or --idle-time it ends by itself, with 0, once each torrent has reached one of them.'
  static override strict = false
  static override args = {
    torrent: Args.string({
      required: true,
      description: 'a .torrent file, a folder of them, or content to make one of',
    }),
    path: Args.string({
      description: 'behind torrents: the content itself, or the folder that holds the content of all of them',
    }),
  }
  static override flags = {
    path: Flags.string({ description: 'the folder that holds the content of all torrents', helpValue: 'FOLDER' }),
    watch: Flags.boolean({
      description: 'of a folder of torrents: serve what is put into it, and what is taken out no longer',
    }),
    ...seedUntilFlags,
    port: portFlag,
    host: Flags.string({ description: 'the local address to listen on; all by default', helpValue: 'ADDRESS' }),
    'max-up': maxUpFlag(),
    'super-seed': Flags.boolean({
      description: 'for the only seed of a new torrent: give each piece about once, and let peers do the rest (BEP 16)',
    }),
    tracker: trackerFlag(),
    private: Flags.boolean({
      description: 'of content that is made into a torrent: peers only from its trackers (BEP 27)',
    }),
    qr: Flags.boolean({ description: 'show the magnet link as a QR code for a phone' }),
    peer: peerFlag(),
    stats: Flags.integer({
      description: 'print statistics every so many seconds; each second by default on a terminal and with --json',
      helpValue: 'SECONDS',
      min: 0,
    }),
  }
  static override examples = [
    '<%= config.bin %> seed a.torrent ~/Downloads',
    '<%= config.bin %> seed a.torrent b.torrent ~/Downloads',
    '<%= config.bin %> seed torrents --watch --path ~/Downloads --port 6881',
    '<%= config.bin %> seed video.mp4 --tracker http://127.0.0.1:6969/announce --qr',
    '<%= config.bin %> seed a.torrent ~/Downloads --ratio 2 --seed-time 1d',
    '<%= config.bin %> seed new.torrent --super-seed',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Seed)
    const [{ createEngine }, { SeedDisplay }, { seedStatsJson }] = await Promise.all([
      import('../lib/engine/engine.ts'),
      import('../cli/seed-display.ts'),
      import('../lib/ui/seed-stats.ts'),
    ])
    const words = argv.map(String)
    if (flags.watch) await checkFolders(words, flags)
    const items = flags.watch ? [] : await this.#items(words, flags)
    const engine = await createEngine({
      port: flags.port,
      registry: await this.plugins(),
      ...rateLimits(flags),
      ...(flags.host !== undefined && { host: flags.host }),
    })
    const display = new SeedDisplay({
      json: this.json,
      interval: flags.stats,
      goals: seedGoals(flags),
      torrents: () => engine.torrents,
      statsJson: () => seedStatsJson(engine.torrents),
      peers: true,
      print: line => this.print(line),
      tell: line => this.tell(line),
      note: line => this.tellNote(line),
    })
    try {
      if (flags.watch) await this.#watch(engine, words, flags, display)
      else await this.#serve(engine, items, flags, display)
    } finally {
      display.stop()
      if (this.interrupted.aborted) this.note('interrupted: leaving the trackers')
      await engine.close()
    }
  }

  async #items(words: readonly string[], flags: SeedFlags): Promise<readonly SeedItem[]> {
    const [{ seedItems }, bar] = await Promise.all([import('../lib/engine/seed-items.ts'), this.bar('hashing')])
    try {
      return await seedItems(words, {
        trackers: flags.tracker ?? [],
        private: flags.private,
        signal: this.interrupted,
        onWarning: message => this.noteWarning(message),
        onHashed: (hashed, total) => bar.update(hashed, total),
        ...(flags.path !== undefined && { path: flags.path }),
      })
    } finally {
      bar.clear()
    }
  }

  async #serve(engine: Engine, items: readonly SeedItem[], flags: SeedFlags, display: SeedDisplay): Promise<void> {
    const [{ seedLines }, { seeded, verified }] = await Promise.all([
      import('../lib/ui/seed-lines.ts'),
      import('../cli/seed-sessions.ts'),
    ])
    const sessions = items.map(item => {
      const { source, magnet, ...place } = item
      const trackers = magnet === undefined ? (flags.tracker ?? []) : []
      const session = engine.seed(source, { ...seedOptions(flags), ...place, trackers })
      display.follow(session)
      return session
    })
    const warn = (message: string): void => display.warn(message)
    const served = await Promise.race([verified(sessions, warn), this.#interruption()])
    const shown = items.filter(({ source }) => served.some(session => session.source.infoHash === source.infoHash))
    for (const line of seedLines(engine.address, shown)) display.line(line)
    if (flags.qr) for (const item of shown) await showQr(item, display)
    await Promise.race([seeded(sessions, warn), this.#interruption()])
  }

  /** Until it is interrupted: whatever has been given often enough, something else may be put in. */
  async #watch(engine: Engine, folders: readonly string[], flags: SeedFlags, display: SeedDisplay): Promise<void> {
    const [{ TorrentWatch }, { seedLines, removedLine }] = await Promise.all([
      import('../lib/engine/watch-torrents.ts'),
      import('../lib/ui/seed-lines.ts'),
    ])
    const beginning = new Set<Promise<void>>()
    const watch = new TorrentWatch(engine, folders, {
      seed: {
        ...seedOptions(flags),
        trackers: flags.tracker ?? [],
        ...(flags.path !== undefined && { path: flags.path }),
      },
      signal: this.interrupted,
      onProblem: message => display.warn(message),
      onRemoved: session => display.line(removedLine(session.source)),
      onAdded: session => {
        display.follow(session)
        const told = this.#tellOf(session, flags, display)
        beginning.add(told)
        void told.then(() => beginning.delete(told))
      },
    })
    await watch.look()
    await Promise.race([Promise.all(beginning), this.#interruption()])
    for (const line of seedLines(engine.address, [])) display.line(line)
    await Promise.race([watch.run(), this.#interruption()])
  }

  /** Says that it is served once it is, or why it is not. Never rejects. */
  async #tellOf(session: TorrentSession, flags: SeedFlags, display: SeedDisplay): Promise<void> {
    const { seedLines } = await import('../lib/ui/seed-lines.ts')
    const item = { source: session.source }
    try {
      await session.done
      for (const line of seedLines(undefined, [item])) display.line(line)
      if (flags.qr) await showQr(item, display)
    } catch (error) {
      // It was taken out again meanwhile.
      if (session.stage !== 'stopped') display.warn(messageOf(error))
    }
  }

  #interruption(): Promise<never> {
    const signal = this.interrupted
    return new Promise((_resolve, reject) => {
      const leave = (): void => reject(signal.reason as Error)
      if (signal.aborted) leave()
      else signal.addEventListener('abort', leave, { once: true })
    })
  }
}

function seedOptions(flags: SeedFlags): SeedOptions {
  const seedUntil = seedGoals(flags)
  return {
    superSeed: flags['super-seed'],
    ...(flags.peer !== undefined && { peers: flags.peer }),
    ...(seedUntil !== undefined && { seedUntil }),
  }
}

/** @throws BtError USAGE, DISK_* */
async function checkFolders(words: readonly string[], flags: SeedFlags): Promise<void> {
  if (flags.private) throw new BtError('USAGE', '--private is for content that is made into a torrent, not for --watch')
  const { checkFolder } = await import('../lib/engine/torrent-words.ts')
  for (const word of words) await checkFolder(word)
}

async function showQr({ source, magnet }: SeedItem, display: SeedDisplay): Promise<void> {
  const [{ qrText }, { magnetOf }] = await Promise.all([
    import('../cli/show-qr.ts'),
    import('../lib/ui/torrent-document.ts'),
  ])
  const link = magnet ?? (source.metainfo && magnetOf(source.metainfo))
  if (link === undefined) return
  const code = qrText(link)
  if (code === undefined) display.warn(`the magnet link is too long for a QR code on this screen: ${link}`)
  else display.picture(code)
}
