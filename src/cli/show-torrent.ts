// How `info` and `magnet_info` show a torrent: as a page on a terminal, in lines for scripts anywhere else, or its paths alone.
import { BtError } from '../lib/base/errors.ts'
import type { Magnet } from '../lib/metainfo/magnet.ts'
import type { ShownTorrent } from '../lib/ui/torrent-document.ts'
import type { TreeView } from '../lib/ui/file-tree.ts'
import { Flags } from './options.ts'
import { jsonLine } from '../lib/ui/json-line.ts'

export const showFlags = {
  pretty: Flags.boolean({
    description: 'a page to read; without a terminal, and with --no-pretty, "Key: value" lines',
    allowNo: true,
  }),
  files: Flags.boolean({ description: 'the paths of the files and nothing else, one a line' }),
}

export interface ShowOptions {
  readonly json: boolean
  /** Undefined: where stdout is a terminal. */
  readonly pretty: boolean | undefined
  readonly files: boolean
}

/** Lines of the tree on a terminal: more would only push all else out of sight, and `--files` has them. */
const MAX_ROWS = 1000

export async function torrentText(torrent: ShownTorrent, options: ShowOptions): Promise<readonly string[]> {
  if (options.json) {
    const { torrentJson } = await import('../lib/ui/torrent-document.ts')
    return [jsonLine(torrentJson(torrent))]
  }
  if (options.files) {
    const { pathLines } = await import('../lib/ui/info-lines.ts')
    return pathLines(torrent)
  }
  if (isPretty(options)) {
    const { infoPage } = await import('../lib/ui/info-page.ts')
    return infoPage(torrent, await view())
  }
  const { infoLines } = await import('../lib/ui/info-lines.ts')
  return infoLines(torrent)
}

/** For a magnet link, or an info-hash, of which no more is known. */
export async function magnetText(magnet: Magnet, options: ShowOptions): Promise<readonly string[]> {
  const { magnetJson, magnetLines } = await import('../lib/ui/magnet-lines.ts')
  if (options.json) return [jsonLine(magnetJson(magnet))]
  if (options.files) {
    throw new BtError('USAGE', 'a link names no files; `bt magnet_info --files` gets the metadata from peers')
  }
  if (!isPretty(options)) return magnetLines(magnet)
  const { magnetPage } = await import('../lib/ui/info-page.ts')
  return magnetPage(magnet, await view())
}

function isPretty({ pretty }: ShowOptions): boolean {
  return pretty ?? process.stdout.isTTY
}

async function view(): Promise<TreeView> {
  const { paintFor } = await import('../lib/ui/paint.ts')
  const { stdout } = process
  // A terminal may not know its own width (a bare pseudo-terminal says 0); what is no terminal has none.
  const width = stdout.columns || Infinity
  return { paint: paintFor(stdout), width, rows: stdout.isTTY ? MAX_ROWS : Infinity }
}
