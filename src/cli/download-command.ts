// `download` and `download_magnet` are one command under two names.
import { Flags } from './options.ts'
import type { PeerAddress } from '../lib/base/address.ts'
import type { DownloadOptions, Engine } from '../lib/engine/engine.ts'
import type { TorrentSource } from '../lib/engine/source.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'
import type { Watch } from '../lib/ui/watch.ts'
import type { AfterDownload } from './after-download.ts'
import { BtCommand } from './bt-command.ts'
import { outFlag, peerFlag, portFlag, selectFlag, stallFlag, trackerFlag } from './flags.ts'
import { maxDownFlag, maxUpFlag, rateLimits, type RateFlags } from './rate-flags.ts'
import { seedGoals, seedUntilFlags, type SeedUntilFlags } from './seed-flags.ts'
import { isStdout } from './stdout-name.ts'

export const downloadFlags = {
  output: outFlag,
  peer: peerFlag(),
  tracker: trackerFlag(),
  stdout: Flags.boolean({
    description: 'write one file to stdout, in order, while it comes; it is stored only where -o says so',
  }),
  select: selectFlag(),
  interactive: Flags.boolean({ char: 'i', description: 'ask which files to download, in a list on the terminal' }),
  sequential: Flags.boolean({ description: 'from the first piece to the last, instead of the rarest first' }),
  priority: Flags.string({
    description: 'files to get before or after others, by index or pattern; high, normal or low (may be repeated)',
    helpValue: 'FILES=PRIORITY',
    multiple: true,
    multipleNonGreedy: true,
  }),
  prealloc: Flags.boolean({ description: 'take the room on the disk for all files before anything is downloaded' }),
  force: Flags.boolean({ char: 'f', description: 'replace files that are there and are not those of the torrent' }),
  port: portFlag,
  'max-down': maxDownFlag(),
  'max-up': maxUpFlag(),
  'stall-timeout': stallFlag,
  'on-done': Flags.string({
    description:
      'run this with the shell once all is downloaded; BT_NAME, BT_PATH, BT_INFO_HASH, BT_LENGTH and BT_FILES are in its environment',
    helpValue: 'COMMAND',
  }),
  seed: Flags.boolean({ description: 'go on seeding when it is done, until interrupted' }),
  ...seedUntilFlags,
}

interface DownloadFlags extends RateFlags, SeedUntilFlags {
  readonly output: string | undefined
  readonly stdout: boolean
  readonly interactive: boolean
  readonly peer: readonly PeerAddress[] | undefined
  readonly tracker: readonly string[] | undefined
  readonly select: readonly string[] | undefined
  readonly sequential: boolean
  readonly priority: readonly string[] | undefined
  readonly prealloc: boolean
  readonly force: boolean
  readonly port: number
  readonly 'stall-timeout': number
  readonly 'on-done'?: string | undefined
  readonly seed: boolean
}

interface Transfer {
  readonly engine: Engine
  readonly source: TorrentSource
  readonly options: DownloadOptions
  readonly watch: Watch
}

export abstract class DownloadCommand extends BtCommand {
  /** Downloads, shows how it goes, and leaves cleanly however it ends. */
  protected async download(argument: string, given: DownloadFlags): Promise<void> {
    const flags =
      given.output !== undefined && isStdout(given.output) ? { ...given, stdout: true, output: undefined } : given
    const [{ createEngine }, { loadSource }] = await Promise.all([
      import('../lib/engine/engine.ts'),
      import('../lib/engine/source.ts'),
    ])
    if (flags.stdout) (await import('./stream-out.ts')).checkStream(flags, process.stdout)
    const chooser = flags.interactive ? await import('./choose-files.ts') : undefined
    chooser?.checkTerminal()
    const source = await loadSource(argument, this.interrupted)
    const options = await downloadOptions(source, flags)
    const after = await this.#after(flags)
    const watch = await this.watch(flags.stdout ? 'stderr' : 'stdout')
    const engine = await createEngine({ port: flags.port, registry: await this.plugins(), ...rateLimits(flags) })
    let session: TorrentSession | 'left'
    try {
      const shown = chooser?.interactively({ options, watch }, line => this.note(line)) ?? { options, watch }
      const transfer = { engine, source, ...shown }
      session = await (flags.stdout ? this.#stream(transfer, flags) : this.#store(transfer, flags))
      if (session !== 'left') await after.seed(session)
    } finally {
      if (this.interrupted.aborted) this.note(after.farewell(engine.torrents[0]))
      await engine.close()
    }
    if (session === 'left') this.note('whoever read stdout has left: stopped')
    else await after.end(session)
  }

  async #store({ engine, source, options, watch }: Transfer, flags: DownloadFlags): Promise<TorrentSession> {
    const { follow } = await import('./follow.ts')
    const session = engine.download(source, options)
    await follow(session, () => watch.follow(session), {
      signal: this.interrupted,
      stallTimeout: flags['stall-timeout'],
    })
    return session
  }

  async #stream({ engine, source, options, watch }: Transfer, flags: DownloadFlags): Promise<TorrentSession | 'left'> {
    const [{ streamFile }, { streamOut }] = await Promise.all([
      import('../lib/engine/stream-file.ts'),
      import('./stream-out.ts'),
    ])
    const stream = streamFile(engine, source, { ...options, store: flags.output !== undefined })
    const follow = { signal: this.interrupted, stallTimeout: flags['stall-timeout'] }
    return (await streamOut(stream, watch, process.stdout, follow)) === 'whole' ? stream.session : 'left'
  }

  async #after(flags: DownloadFlags): Promise<AfterDownload> {
    const { AfterDownload } = await import('./after-download.ts')
    const note = (line: string): void => this.note(line)
    return new AfterDownload({
      onDone: flags['on-done'],
      seed: flags.seed,
      goals: seedGoals(flags),
      stored: !flags.stdout || flags.output !== undefined,
      json: this.json,
      signal: this.interrupted,
      print: flags.stdout ? note : line => this.print(line),
      tell: flags.stdout ? line => this.tellNote(line) : line => this.tell(line),
      note,
    })
  }
}

async function downloadOptions(source: TorrentSource, flags: DownloadFlags): Promise<DownloadOptions> {
  const [{ filesNamed }, { parseSelectRule, selectFiles }, { parsePriority, prioritize }] = await Promise.all([
    import('../lib/engine/file-names.ts'),
    import('../lib/engine/select-files.ts'),
    import('../lib/engine/priorities.ts'),
  ])
  const seedUntil = seedGoals(flags)
  const rules = flags.priority?.map(text => parsePriority(text))
  const selection = flags.select?.map(text => parseSelectRule(text))
  // A magnet link may name files itself (BEP 53); what the user says counts more.
  const linked = selection === undefined ? source.magnet?.selectOnly : undefined
  return {
    giveUp: true,
    ...(seedUntil !== undefined && { seedUntil }),
    sequential: flags.sequential,
    preallocate: flags.prealloc,
    overwrite: flags.force,
    ...(flags.output !== undefined && { output: flags.output }),
    ...(flags.peer !== undefined && { peers: flags.peer }),
    ...(flags.tracker !== undefined && { trackers: flags.tracker }),
    ...(linked !== undefined && { select: info => filesNamed(info, linked) }),
    ...(selection !== undefined && { select: info => selectFiles(info, selection) }),
    ...(rules !== undefined && { prioritize: info => prioritize(info, rules) }),
  }
}
