// A torrent as a page for people. What scripts read is in info-lines.ts, and stays as it is.
import { formatAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { Magnet } from '../metainfo/magnet.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { rangeText } from './columns.ts'
import { treeLines, type TreeView } from './file-tree.ts'
import { formatBytes, plural, printable } from './format.ts'
import { creationTime, magnetOf, type ShownTorrent } from './torrent-document.ts'

/** Without a value it is left out; further values stand below the first. */
type Field = readonly [label: string, ...values: (string | undefined)[]]

const LABEL_COLUMNS = 11
const VERSIONS = { v1: undefined, hybrid: 'hybrid: BitTorrent v1 and v2', v2: 'BitTorrent v2 only' } as const

export function infoPage(torrent: ShownTorrent, view: TreeView): readonly string[] {
  const { info, webSeeds = [], nodes = [] } = torrent
  const fields: Field[] = [
    ['Size', sizeOf(info)],
    ['Pieces', `${grouped(info.pieceCount)} of ${formatBytes(info.pieceLength).replace('.0 ', ' ')}`],
    ['Version', VERSIONS[info.version]],
    ['Info hash', hex(info.infoHash)],
    ['v2 hash', info.infoHashV2 && hex(info.infoHashV2)],
    ['Private', info.private ? 'yes, peers come from its trackers only' : undefined],
    ['Source', info.source],
    ['Created', created(torrent)],
    ['Comment', torrent.comment],
    ['Trackers', ...tierValues(torrent.tiers ?? [])],
    ['Web seeds', ...webSeeds],
    ['DHT nodes', ...nodes.map(formatAddress)],
    ['Magnet', magnetOf(torrent)],
  ]
  const tree = info.singleFile ? [] : treeLines(info.files, { ...view, width: view.width - 2 })
  const head = page(info.name, fields, view)
  return tree.length === 0 ? head : [...head, '', ...tree.map(line => `  ${line}`)]
}

/** All that a magnet link, or an info-hash alone, says before the metadata is known. */
export function magnetPage(magnet: Magnet, view: TreeView): readonly string[] {
  const { infoHash, infoHashV2, exactLength } = magnet
  const fields: Field[] = [
    ['Size', exactLength === undefined ? undefined : bytesOf(exactLength)],
    ['Info hash', hex(infoHash)],
    ['v2 hash', infoHashV2 && hex(infoHashV2)],
    ['Files', magnet.selectOnly && `only ${magnet.selectOnly.map(rangeText).join(', ')}`],
    ['Trackers', ...magnet.trackers],
    ['Peers', ...magnet.peers.map(formatAddress)],
    ['Web seeds', ...magnet.webSeeds],
  ]
  return page(magnet.displayName ?? hex(infoHash), fields, view)
}

function page(title: string, fields: readonly Field[], { paint }: TreeView): readonly string[] {
  const lines = fields.flatMap(([label, ...values]) =>
    values
      .filter(value => value !== undefined)
      .map((value, at) => `  ${paint.dim((at === 0 ? label : '').padEnd(LABEL_COLUMNS))} ${printable(value)}`),
  )
  return [paint.bold(printable(title)), '', ...lines]
}

/** Without padding, which the length that scripts read includes: as much as the files take. */
function sizeOf({ files, singleFile }: Info): string {
  const own = files.filter(({ padding }) => !padding)
  const length = own.reduce((sum, file) => sum + file.length, 0)
  const within = singleFile ? '' : ` in ${grouped(own.length)} ${own.length === 1 ? 'file' : 'files'}`
  return `${bytesOf(length)}${within}`
}

function bytesOf(length: number): string {
  return length < 1024 ? plural(length, 'byte') : `${formatBytes(length)} (${grouped(length)} bytes)`
}

function created({ creationDate, createdBy }: ShownTorrent): string | undefined {
  const time = creationTime(creationDate)?.replace(/^(.*)T(.*)\.000Z$/, '$1 $2 UTC')
  const by = createdBy === undefined ? undefined : `by ${createdBy}`
  return [time, by].filter(part => part !== undefined).join(' ') || undefined
}

/** Trackers of one tier stand together (BEP 12); where each has one, the order is all there is to say. */
function tierValues(tiers: readonly (readonly string[])[]): readonly string[] {
  if (tiers.every(({ length }) => length <= 1) || tiers.length === 1) return tiers.flat()
  return tiers.flatMap((tier, i) => tier.map((url, at) => `${(at === 0 ? `tier ${i + 1}` : '').padEnd(7)} ${url}`))
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}
