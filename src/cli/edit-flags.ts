// The flags of `edit`, and what they mean to the library.
import { tryUtf8 } from '../lib/base/bytes.ts'
import type { PeerAddress } from '../lib/base/address.ts'
import { BtError } from '../lib/base/errors.ts'
import { patchFromJson } from '../lib/bencode/from-json.ts'
import { editTiers, editUrls, type ListEdits } from '../lib/metainfo/edit-lists.ts'
import type { TorrentEdits } from '../lib/metainfo/edit.ts'
import type { Metainfo } from '../lib/metainfo/metainfo.ts'
import { Flags } from './options.ts'
import { dateFlag, nodeFlag, replaceFlag, tierFlag, urlFlag, webSeedFlag } from './torrent-flags.ts'

export const editFlags = {
  tracker: tierFlag({ char: 't', description: 'a tier of trackers in place of all that are there (may be repeated)' }),
  'add-tracker': tierFlag({ char: 'a', description: 'one more tier of trackers, after the others (may be repeated)' }),
  'remove-tracker': urlFlag({ description: 'a tracker to remove (may be repeated)' }),
  'replace-tracker': replaceFlag(),
  'no-trackers': Flags.boolean({ description: 'remove all trackers' }),
  'web-seed': webSeedFlag({ char: 'w', description: 'a web seed in place of all that are there (may be repeated)' }),
  'add-web-seed': webSeedFlag({ description: 'one more web seed (may be repeated)' }),
  'remove-web-seed': urlFlag({ description: 'a web seed to remove (may be repeated)' }),
  'no-web-seeds': Flags.boolean({ description: 'remove all web seeds' }),
  node: nodeFlag({ description: 'a node of the DHT in place of all that are there (may be repeated)' }),
  comment: Flags.string({ char: 'c', description: 'the comment; "" removes it', helpValue: 'TEXT' }),
  'created-by': Flags.string({ description: 'who made it; "" removes it', helpValue: 'TEXT' }),
  date: dateFlag(),
  'no-date': Flags.boolean({ description: 'remove the date of creation' }),
  private: Flags.boolean({ char: 'p', description: 'peers only from its trackers (BEP 27)*', allowNo: true }),
  source: Flags.string({
    char: 's',
    description: 'a name for an info-hash of its own; "" removes it*',
    helpValue: 'TEXT',
  }),
  name: Flags.string({ description: 'of the file, or of the folder of files*', helpValue: 'NAME' }),
  merge: Flags.string({
    description: 'a JSON object to merge into the metainfo, or @FILE; null removes a key; bytes as in bt encode',
    helpValue: 'JSON',
  }),
}

export interface EditFlags {
  readonly tracker: readonly (readonly string[])[] | undefined
  readonly 'add-tracker': readonly (readonly string[])[] | undefined
  readonly 'remove-tracker': readonly string[] | undefined
  readonly 'replace-tracker': readonly (readonly [string, string])[] | undefined
  readonly 'no-trackers': boolean
  readonly 'web-seed': readonly string[] | undefined
  readonly 'add-web-seed': readonly string[] | undefined
  readonly 'remove-web-seed': readonly string[] | undefined
  readonly 'no-web-seeds': boolean
  readonly node: readonly PeerAddress[] | undefined
  readonly comment: string | undefined
  readonly 'created-by': string | undefined
  readonly date: number | undefined
  readonly 'no-date': boolean
  readonly private: boolean | undefined
  readonly source: string | undefined
  readonly name: string | undefined
  readonly merge: string | undefined
}

export function trackerEdits(flags: EditFlags): ListEdits<readonly string[]> {
  return listEdits({
    set: flags['no-trackers'] ? [] : flags.tracker,
    add: flags['add-tracker'],
    remove: flags['remove-tracker'],
    replace: flags['replace-tracker'],
  })
}

export function webSeedEdits(flags: EditFlags): ListEdits<string> {
  return listEdits({
    set: flags['no-web-seeds'] ? [] : flags['web-seed'],
    add: flags['add-web-seed'],
    remove: flags['remove-web-seed'],
    replace: undefined,
  })
}

/** What the flags make of one torrent. @throws BtError JSON_INVALID, or of reading what --merge names */
export function editsOf(flags: EditFlags, torrent: Metainfo, patch: string | undefined): TorrentEdits {
  const { node, comment, 'created-by': createdBy, date, private: isPrivate, source, name } = flags
  return {
    tiers: editTiers(torrent.tiers, trackerEdits(flags)),
    webSeeds: editUrls(torrent.webSeeds, webSeedEdits(flags)),
    ...(node !== undefined && { nodes: node }),
    ...(comment !== undefined && { comment }),
    ...(createdBy !== undefined && { createdBy }),
    ...(flags['no-date'] ? { creationDate: null } : date !== undefined && { creationDate: date }),
    ...(isPrivate !== undefined && { private: isPrivate }),
    ...(source !== undefined && { source }),
    ...(name !== undefined && { name }),
    ...(patch !== undefined && { merge: patchFromJson(patch) }),
  }
}

/** The JSON of --merge, which may be in a file. */
export async function patchText(merge: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  if (merge?.startsWith('@') !== true) return merge
  const { readInput } = await import('../lib/engine/source.ts')
  const text = tryUtf8(await readInput(merge.slice(1), signal))
  return text ?? fail(`${merge.slice(1)} is not UTF-8, and so no JSON`)
}

function listEdits<T>(edits: { readonly [Key in keyof ListEdits<T>]-?: ListEdits<T>[Key] | undefined }): ListEdits<T> {
  const { set, add, remove, replace } = edits
  return {
    ...(set !== undefined && { set }),
    ...(add !== undefined && { add }),
    ...(remove !== undefined && { remove }),
    ...(replace !== undefined && { replace }),
  }
}

function fail(message: string): never {
  throw new BtError('USAGE', message)
}
