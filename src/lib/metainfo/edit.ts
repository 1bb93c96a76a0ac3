// A .torrent file changed in some of its keys; all others keep their bytes, and so, unless one of its own changes, does the
// info dictionary, and with it the info-hash.
import type { PeerAddress } from '../base/address.ts'
import { equal, latin1, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { decode } from '../bencode/decode.ts'
import { isDict } from '../bencode/access.ts'
import { patchDict, type BencodePatch, type BencodePatchValue } from '../bencode/patch.ts'
import { rawValue, spliceDict } from '../bencode/splice.ts'
import { parseMetainfo, type Metainfo } from './metainfo.ts'

/** What is not named stays. An empty text or list, and null, remove. */
export interface TorrentEdits {
  /** In place of all trackers, tier by tier (BEP 12). */
  readonly tiers?: readonly (readonly string[])[]
  /** In place of all web seeds (BEP 19). */
  readonly webSeeds?: readonly string[]
  /** In place of all nodes of the DHT (BEP 5). */
  readonly nodes?: readonly PeerAddress[]
  readonly comment?: string
  readonly createdBy?: string
  /** Unix seconds. */
  readonly creationDate?: number | null
  /** In the info dictionary, as the two below: the torrent becomes another one. */
  readonly source?: string
  readonly private?: boolean
  readonly name?: string
  /** Merged after all else. */
  readonly merge?: BencodePatch
}

/** A .torrent file before and after. */
export interface EditedTorrent {
  /** The new .torrent file. */
  readonly bytes: Uint8Array
  readonly before: Metainfo
  readonly after: Metainfo
  readonly changed: boolean
  /** Whether it has another info-hash: peers and trackers take it for another torrent. */
  readonly infoChanged: boolean
}

/** @throws BtError as `parseMetainfo`, also where the result is no torrent any more */
export function editTorrent(bytes: Uint8Array, edits: TorrentEdits): EditedTorrent {
  const before = parseMetainfo(bytes)
  const patched = patchDict(withName(bytes, before, edits.name), patchOf(before, edits))
  const edited = edits.merge === undefined ? patched : patchDict(patched, edits.merge)
  const after = parseMetainfo(edited)
  return {
    bytes: edited,
    before,
    after,
    changed: !equal(bytes, edited),
    infoChanged: !equal(before.info.raw, after.info.raw),
  }
}

function patchOf(before: Metainfo, edits: TorrentEdits): BencodePatch {
  const { tiers, webSeeds, nodes, comment, createdBy, creationDate, source } = edits
  const info = new Map<string, BencodePatchValue>()
  if (source !== undefined && source !== (before.info.source ?? '')) info.set('source', text(source))
  if (edits.private !== undefined && edits.private !== before.info.private)
    info.set('private', edits.private ? 1 : null)

  const patch = new Map<string, BencodePatchValue>(info.size > 0 ? [['info', info]] : [])
  if (tiers !== undefined && JSON.stringify(tiers) !== JSON.stringify(before.tiers)) setTiers(patch, tiers)
  if (webSeeds !== undefined && webSeeds.join('\n') !== before.webSeeds.join('\n')) {
    patch.set('url-list', list(webSeeds)).set('httpseeds', null)
  }
  if (nodes !== undefined) patch.set('nodes', list(nodes.map(({ host, port }) => [host, port])))
  if (comment !== undefined) patch.set('comment', text(comment)).set('comment.utf-8', null)
  if (createdBy !== undefined) patch.set('created by', text(createdBy)).set('created by.utf-8', null)
  if (creationDate !== undefined) patch.set('creation date', creationDate)
  return patch
}

/** As `wrapInfo` writes them. */
function setTiers(patch: Map<string, BencodePatchValue>, tiers: readonly (readonly string[])[]): void {
  const urls = tiers.flat()
  patch.set('announce', urls[0] ?? null)
  patch.set('announce-list', urls.length > 1 ? tiers : null)
}

/** The name stands once more where one file of a v2 torrent is named by its file tree (BEP 52). */
function withName(bytes: Uint8Array, { info }: Metainfo, name: string | undefined): Uint8Array {
  if (name === undefined) return bytes
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw new BtError('USAGE', `"${name}" is no name for a file or folder`)
  }
  const tree = info.version !== 'v1' && info.singleFile ? renamedTree(info.raw, name) : undefined
  const raw = tree === undefined ? info.raw : spliceDict(info.raw, new Map([['file tree', tree]]))
  const keys: BencodePatch = new Map([
    ['name', name],
    ...(hasKey(raw, 'name.utf-8') ? [['name.utf-8', name] as const] : []),
  ])
  return spliceDict(bytes, new Map([['info', patchDict(raw, keys)]]))
}

function renamedTree(info: Uint8Array, name: string): Uint8Array | undefined {
  const tree = rawValue(info, 'file tree')
  const names = tree === undefined ? undefined : decode(tree, { lenient: true })
  const [old] = isDict(names) ? names.keys() : []
  if (tree === undefined || old === undefined) return undefined
  const file = rawValue(tree, old)
  return spliceDict(
    tree,
    new Map([
      [old, undefined],
      [latin1(utf8(name)), file],
    ]),
  )
}

function hasKey(dict: Uint8Array, key: string): boolean {
  return rawValue(dict, key) !== undefined
}

function text(value: string): string | null {
  return value === '' ? null : value
}

function list<T>(values: readonly T[]): readonly T[] | null {
  return values.length === 0 ? null : values
}
