import { fromLatin1, utf8 } from '../../src/lib/base/bytes.ts'
import { safeElement } from '../../src/lib/metainfo/safe-path.ts'
import { uniquePaths } from '../../src/lib/metainfo/unique-paths.ts'
import { check, sizeOf, type Target } from '../target.ts'

/** What no system takes, or reads as something else: separators, controls, bidirectional marks, halves of pairs. */
const FORBIDDEN = /[/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u
/** Names of devices, with or without an extension; and what Windows cuts off an end. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)|[. ]$/i

/**
 * As file systems see a name: NTFS, APFS and those that were made with other tables. What is apart so is apart on ext4 too.
 * None folds across a `/`.
 */
const FOLDS: readonly ((name: string) => string)[] = [
  name => name.toUpperCase(),
  name => name.normalize('NFD').toLowerCase().normalize('NFD'),
  name => name.normalize('NFC').toLowerCase(),
]
/** Which all of them fold alike. */
const ASCII = /^[\0-\x7f]*$/

/** By name, what is in it. */
type Folder = Map<string, Folder | typeof FILE>
const FILE = 'file'

/** A line is a path, whose elements NUL divides. */
export const paths: Target = {
  name: 'paths',
  promise: 'names become safe names, and no two files get one path, whatever the case or the form of Unicode',
  seeds: [
    fromLatin1('a\0b\na\0B\na\n../x\n..\0y\nC:\0z'),
    utf8('caf\u00e9\ncafe\u0301\nCAF\u00c9\n\u03a3\n\u03c2\n\u03c3\n\u1e9e\nss\n\u00df'),
    utf8('con\nCON.txt\nnul \na.\na \n.\n..\n\u202egpj.exe\nkk\n\u212ak\n\ufb01\nfi'),
    utf8(`${'\u{1f600}'.repeat(70)}.mkv\n${'a'.repeat(250)}\n${'a'.repeat(251)}\na.1\na\na\na.1`),
  ],
  throws: ['METAINFO_INVALID'],
  maxLength: 250,
  words: [
    '\0',
    '\n',
    '..',
    '.',
    '/',
    '\\',
    'con',
    'nul',
    'C:',
    '.1',
    '\u00c3\u00a4',
    'a\u00cc\u0088',
    '\u00e2\u0080\u00ae',
  ],
  run(input) {
    const raw = split(input, 0x0a).map(line => split(line, 0))
    const safe = raw.map(path => path.map(safeElement))
    const unique = uniquePaths(safe)
    check(unique.length === safe.length, 'every file has a path')
    const names = namesOf(safe, unique)
    for (const name of names) checkName(name)
    const folds = names.every(name => ASCII.test(name)) ? FOLDS.slice(0, 1) : FOLDS
    for (const fold of folds) checkApart(unique, new Map(names.map(name => [name, fold(name)])))
    const renamed = unique.filter((path, index) => path.some((name, depth) => name !== safe[index]?.[depth])).length
    return `${sizeOf(unique.length)} ${sizeOf(renamed)} ${Math.max(...unique.map(path => path.length))}`
  },
}

/** Each once: most inputs have one name many times. */
function namesOf(...lists: readonly (readonly (readonly string[])[])[]): string[] {
  const names = new Set<string>()
  for (const paths of lists) for (const path of paths) for (const name of path) names.add(name)
  return [...names]
}

function checkName(name: string): void {
  check(name.length > 0 && Buffer.byteLength(name) <= 240, 'a name has a length that fits')
  check(!FORBIDDEN.test(name) && !RESERVED.test(name), 'a name is one everywhere')
  check(safeElement(name) === name, 'a safe name stays')
}

function checkApart(paths: readonly (readonly string[])[], folded: ReadonlyMap<string, string>): void {
  const root: Folder = new Map()
  for (const path of paths) {
    let folder = root
    for (const name of path.slice(0, -1)) {
      const key = folded.get(name) ?? ''
      let next = folder.get(key)
      check(next !== FILE, 'no file is a folder')
      if (next === undefined) folder.set(key, (next = new Map()))
      folder = next
    }
    const key = folded.get(path.at(-1) ?? '') ?? ''
    check(!folder.has(key), 'no two files have one path, and no file is a folder')
    folder.set(key, FILE)
  }
}

function split(bytes: Uint8Array, mark: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== mark) continue
    parts.push(bytes.subarray(start, at))
    start = at + 1
  }
  return parts
}
