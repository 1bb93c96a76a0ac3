// The file list of BEP 3, as `length` or as `files`.
import { tryUtf8 } from '../base/bytes.ts'
import { getList, isDict } from '../bencode/access.ts'
import type { BencodeDict, BencodeValue } from '../bencode/value.ts'
import { type Attributes, type Content, type ContentFile, readAttributes, safePath } from './content.ts'
import { MAX_PATH_DEPTH } from './limits.ts'
import { describe, invalid, requireInteger, requireList } from './require.ts'

/** @throws BtError METAINFO_INVALID */
export function readContentV1(info: BencodeDict, name: string): Content {
  if (info.has('files') === info.has('length')) {
    return invalid('info', 'must have either "length" (one file) or "files" (several)')
  }
  if (info.has('length')) {
    const { executable } = readAttributes(info)
    const length = requireInteger(info, 'length', 'info', 0, Number.MAX_SAFE_INTEGER)
    const file: ContentFile = { path: [name], length, padding: false, ...(executable ? { executable } : {}) }
    return { singleFile: true, files: [file] }
  }
  const list = requireList(info, 'files', 'info')
  if (list.length === 0) invalid('info.files', 'is empty')
  const files = list.map((entry, i) => {
    const where = `info.files[${i}]`
    return isDict(entry) ? readFile(entry, where) : invalid(where, 'must be a dictionary')
  })
  return { singleFile: false, files }
}

function readFile(entry: BencodeDict, where: string): ContentFile {
  const attributes = readAttributes(entry)
  const length = readLength(entry, attributes, where)
  return { path: readPath(entry, attributes, length, where), length, ...attributes }
}

/** BEP 47 lets a symbolic link leave out its length, which is always 0. */
function readLength(entry: BencodeDict, attributes: Attributes, where: string): number {
  if (attributes.symlink === undefined) return requireInteger(entry, 'length', where, 0, Number.MAX_SAFE_INTEGER)
  return entry.has('length') ? requireInteger(entry, 'length', where, 0, 0) : 0
}

/** `path.utf-8` where it is whole, else `path`. BEP 47 lets a padding file leave it out. */
function readPath(entry: BencodeDict, attributes: Attributes, length: number, where: string): readonly string[] {
  const unicode = getList(entry, 'path.utf-8')
  if (unicode?.every(element => element instanceof Uint8Array && tryUtf8(element) !== undefined) === true) {
    const path = safePath(unicode)
    if (path !== undefined) return path
  }
  if (attributes.padding && !entry.has('path')) return ['.pad', String(length)]
  const list = requireList(entry, 'path', where)
  return safePath(list) ?? invalid(`${where}.path`, whyNoPath(list))
}

/** What `safePath` has against a list. */
function whyNoPath(list: readonly BencodeValue[]): string {
  if (list.length === 0) return 'is an empty list; a file must have a name'
  if (list.length > MAX_PATH_DEPTH) return `has ${list.length} elements; at most ${MAX_PATH_DEPTH} are taken`
  const wrong = list.findIndex(element => !(element instanceof Uint8Array))
  return `has an element that ${describe(list[wrong])}, number ${wrong + 1}; all must be strings`
}
