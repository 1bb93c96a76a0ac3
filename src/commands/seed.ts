import { Args, Flags } from '../cli/options.ts'
import { BtCommand } from '../cli/bt-command.ts'
import { peerFlag, portFlag, trackerFlag } from '../cli/flags.ts'
import { maxUpFlag, rateLimits } from '../cli/rate-flags.ts'
import { BtError } from '../lib/base/errors.ts'
import type { PeerAddress } from '../lib/base/address.ts'
import type { SeedItem } from '../lib/engine/seed-items.ts'
import type { Engine } from '../lib/engine/engine.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'

interface SeedFlags {
  readonly peer: readonly PeerAddress[] | undefined
  readonly tracker: readonly string[] | undefined
  readonly 'super-seed': boolean
}

export default class Seed extends BtCommand {
  static override summary = 'Serve content to peers until interrupted.'
  static override description =
    'Takes a torrent and, after it, the content or the folder that holds it (the working folder by default); or several torrents, or a folder of them, whose content is in --path. A file or folder that is no torrent is made into one first, and its magnet link is printed. What is served is verified first.'
  static override strict = false
  static override args = {
    torrent: Args.string({
      required: true,
      description: 'a .torrent file, a folder of them, or content to make one of',
    }),
    path: Args.string({ description: 'the content itself, or the folder that holds it' }),
  }
  static override flags = {
    path: Flags.string({ description: 'the folder that holds the content of all torrents', helpValue: 'FOLDER' }),
    port: portFlag,
    host: Flags.string({ description: 'the local address to listen on; all by default', helpValue: 'ADDRESS' }),
    'max-up': maxUpFlag(),
    'super-seed': Flags.boolean({
      description: 'for the only seed of a new torrent: give each piece about once, and let peers do the rest (BEP 16)',
    }),
    tracker: trackerFlag(),
    peer: peerFlag(),
  }
  static override examples = [
    '<%= config.bin %> seed a.torrent ~/Downloads',
    '<%= config.bin %> seed *.torrent --path ~/Downloads --port 6881',
    '<%= config.bin %> seed video.mp4 --tracker http://127.0.0.1:6969/announce',
    '<%= config.bin %> seed new.torrent --super-seed',
  ]

  protected override async execute(): Promise<void> {
    const { argv, flags } = await this.parse(Seed)
    const [{ createEngine }, { seedItems }] = await Promise.all([
      import('../lib/engine/engine.ts'),
      import('../lib/engine/seed-items.ts'),
    ])
    const items = await seedItems(argv.map(String), {
      trackers: flags.tracker ?? [],
      signal: this.interrupted,
      onWarning: message => this.noteWarning(message),
      ...(flags.path !== undefined && { path: flags.path }),
    })
    const engine = await createEngine({
      port: flags.port,
      registry: await this.plugins(),
      ...rateLimits(flags),
      ...(flags.host !== undefined && { host: flags.host }),
    })
    try {
      await this.#serve(engine, items, flags)
    } finally {
      if (this.interrupted.aborted) this.note('interrupted: leaving the trackers')
      await engine.close()
    }
  }

  async #serve(engine: Engine, items: readonly SeedItem[], flags: SeedFlags): Promise<void> {
    const { seedEventLine, seedEventJson, seedLines } = await import('../lib/ui/seed-lines.ts')
    const sessions = items.map(item => {
      const session = engine.seed(item.source, {
        trackers: item.magnet !== undefined ? [] : (flags.tracker ?? []),
        superSeed: flags['super-seed'],
        ...(flags.peer !== undefined && { peers: flags.peer }),
        ...(item.path !== undefined && { path: item.path }),
      })
      session.subscribe(event => {
        if (this.json) {
          const line = seedEventJson(event)
          if (line !== undefined) this.printJson({ ...line, name: session.info?.name })
        } else {
          const line = seedEventLine(event)
          if (line?.to === 'stdout') this.print(line.text)
          else if (line !== undefined) this.note(line.text)
        }
      })
      return session
    })
    const served = await Promise.race([this.#verified(sessions), this.#interruption()])
    const shown = items.filter(({ source }) => served.some(session => session.source.infoHash === source.infoHash))
    for (const line of seedLines(engine.address, shown)) {
      if (this.json) this.printJson(line.json)
      else this.print(line.text)
    }
    await Promise.race([this.#allFailed(served), this.#interruption()])
  }

  /** Those that can be served; of the others is warned. @throws the first one's error where there are no others */
  async #verified(sessions: readonly TorrentSession[]): Promise<readonly TorrentSession[]> {
    const outcomes = await Promise.allSettled(sessions.map(session => session.done))
    const served = sessions.filter((_, index) => outcomes[index]?.status === 'fulfilled')
    const errors = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as Error] : []))
    const [first] = errors
    if (served.length === 0 && first !== undefined) throw first
    for (const error of errors) this.noteWarning(error.message)
    return served
  }

  /** One that fails takes no other with it. @throws the first one's error once all have failed */
  async #allFailed(sessions: readonly TorrentSession[]): Promise<never> {
    const failures = sessions.map(session =>
      session.failure.catch((error: Error) => {
        if (sessions.length > 1)
          this.noteWarning(`${session.info?.name ?? 'a torrent'} is served no more: ${error.message}`)
        return error
      }),
    )
    const [first] = await Promise.all(failures)
    throw first ?? new BtError('INTERNAL', 'nothing was served')
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
