// `download_piece` and `magnet_download_piece` are one command under two names.
import type { PeerAddress } from '../lib/base/address.ts'
import { BtCommand } from './bt-command.ts'
import { askingStallFlag, pathFlag, peerFlag, trackerFlag } from './flags.ts'
import { isStdout, refuseTerminal } from './stdout-name.ts'

export const pieceFlags = {
  output: pathFlag({ char: 'o', description: 'the file to write; - for stdout', helpValue: 'OUT', required: true }),
  peer: peerFlag(),
  tracker: trackerFlag(),
  'stall-timeout': askingStallFlag,
}

interface PieceFlags {
  readonly output: string
  readonly peer: readonly PeerAddress[] | undefined
  readonly tracker: readonly string[] | undefined
  readonly 'stall-timeout': number
}

export abstract class PieceCommand extends BtCommand {
  /** Writes one verified piece; where it goes to stdout, all else goes to stderr. */
  protected async downloadPiece(argument: string, index: number, flags: PieceFlags): Promise<void> {
    const [{ createEngine }, { loadSource }, { fetchPiece }, { placeFile, saveFile }, { follow }] = await Promise.all([
      import('../lib/engine/engine.ts'),
      import('../lib/engine/source.ts'),
      import('../lib/engine/fetch-piece.ts'),
      import('../lib/engine/save-file.ts'),
      import('./follow.ts'),
    ])
    const source = await loadSource(argument, this.interrupted)
    const toStdout = isStdout(flags.output)
    if (toStdout) refuseTerminal()
    const watch = await this.watch(toStdout ? 'stderr' : 'stdout')
    const engine = await createEngine({ port: false, registry: await this.plugins() })
    try {
      const fetching = fetchPiece(engine, source, index, {
        giveUp: true,
        ...(flags.peer !== undefined && { peers: flags.peer }),
        ...(flags.tracker !== undefined && { trackers: flags.tracker }),
      })
      const options = { signal: this.interrupted, stallTimeout: flags['stall-timeout'] }
      await follow(fetching.session, () => watch.follow(fetching.session), options)
      const piece = await fetching.piece
      if (toStdout) {
        process.stdout.write(piece)
        return
      }
      const path = await placeFile(flags.output, `piece-${index}`)
      await saveFile(path, piece, { overwrite: true, makeFolders: true })
    } finally {
      await engine.close()
    }
  }
}
