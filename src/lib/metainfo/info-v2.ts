// The file tree of BEP 52, flattened in the order it stands.
import { fromLatin1 } from '../base/bytes.ts'
import { isDict } from '../bencode/access.ts'
import type { BencodeDict } from '../bencode/value.ts'
import { type Content, type ContentFile, readAttributes } from './content.ts'
import { HASH_V2_LENGTH } from './merkle.ts'
import { invalid, requireBytes, requireDict, requireInteger } from './require.ts'
import { safeElement } from './safe-path.ts'

const ROOT = 'info.file tree'
/** Under this key stand the properties of the path so far. */
const PROPERTIES = ''

/** @throws BtError METAINFO_INVALID */
export function readContentV2(info: BencodeDict, name: string): Content {
  const tree = requireDict(info, 'file tree', 'info')
  if (fileAt(tree, ROOT) !== undefined) invalid(ROOT, 'must not be a file itself')
  const files: ContentFile[] = []
  walk(tree, [], files)
  const [first] = files
  if (first === undefined) return invalid(ROOT, 'has no files')
  const singleFile = tree.size === 1 && first.path.length === 1 && first.path[0] === name
  return { singleFile, files }
}

/** Each folder is a dictionary, so what bounds the depth of those bounds this too. */
function walk(folder: BencodeDict, path: readonly string[], files: ContentFile[]): void {
  for (const [key, child] of folder) {
    if (key === PROPERTIES) continue
    const element = safeElement(fromLatin1(key))
    const where = `${ROOT}/${element}`
    if (!isDict(child)) return invalid(where, 'must be a dictionary')
    const elements = [...path, element]
    const file = fileAt(child, where)
    if (file === undefined) walk(child, elements, files)
    else files.push(readFile(file, elements, where))
  }
}

/** The properties of a file; undefined for a folder. A file "must not have any sibling entries". */
function fileAt(node: BencodeDict, where: string): BencodeDict | undefined {
  const properties = node.get(PROPERTIES)
  if (!isDict(properties) || !(properties.has('length') || properties.has('symlink path'))) return undefined
  return node.size === 1 ? properties : invalid(where, 'is a file and a folder at once')
}

function readFile(file: BencodeDict, path: readonly string[], where: string): ContentFile {
  // Alignment is implied in v2, so there are no padding files.
  const attributes = { ...readAttributes(file), padding: false }
  if (attributes.symlink !== undefined) {
    const length = file.has('length') ? requireInteger(file, 'length', where, 0, 0) : 0
    return { path, length, ...attributes }
  }
  const length = requireInteger(file, 'length', where, 0, Number.MAX_SAFE_INTEGER)
  if (length === 0) return { path, length, ...attributes }
  const piecesRoot = requireBytes(file, 'pieces root', where)
  if (piecesRoot.length !== HASH_V2_LENGTH) {
    invalid(`${where}.pieces root`, `has ${piecesRoot.length} bytes; it must have ${HASH_V2_LENGTH}`)
  }
  return { path, length, ...attributes, piecesRoot }
}
