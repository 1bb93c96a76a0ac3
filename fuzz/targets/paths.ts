import { fromLatin1, utf8 } from '../../src/lib/base/bytes.ts'
import { safeElement } from '../../src/lib/metainfo/safe-path.ts'
import { uniquePaths } from '../../src/lib/metainfo/unique-paths.ts'
import { check, sizeOf, type Target } from '../target.ts'

/** What no system takes, or reads as something else: separators, controls, bidirectional marks, halves of pairs. */
const FORBIDDEN = /[/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u
/** Names of devices, with or without an extension; and what Windows cuts off an end. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)|[. ]$/i

/** As file systems see names: ext4, NTFS, APFS and those that were made with other tables. */
const FOLDS: readonly ((path: string) => string)[] = [
  path => path,
  path => path.toUpperCase(),
  path => path.normalize('NFD').toLowerCase().normalize('NFD'),
  path => path.normalize('NFC').toLowerCase(),
]

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
    for (const name of safe.flat()) checkName(name)
    const unique = uniquePaths(safe)
    check(unique.length === safe.length, 'every file has a path')
    for (const name of unique.flat()) checkName(name)
    for (const folded of FOLDS) checkApart(unique, folded)
    const renamed = unique.filter((path, index) => path.join('/') !== safe[index]?.join('/')).length
    return `${sizeOf(unique.length)} ${sizeOf(renamed)} ${Math.max(...unique.map(path => path.length))}`
  },
}

function checkName(name: string): void {
  check(name.length > 0 && Buffer.byteLength(name) <= 240, 'a name has a length that fits')
  check(!FORBIDDEN.test(name) && !RESERVED.test(name), 'a name is one everywhere')
  check(safeElement(name) === name, 'a safe name stays')
}

function checkApart(paths: readonly (readonly string[])[], folded: (path: string) => string): void {
  const files = new Set(paths.map(path => folded(path.join('/'))))
  check(files.size === paths.length, 'no two files have one path')
  for (const path of paths) {
    for (let depth = 1; depth < path.length; depth++) {
      check(!files.has(folded(path.slice(0, depth).join('/'))), 'no file is a folder')
    }
  }
}

function split(bytes: Uint8Array, mark: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = 0; at <= bytes.length; at++) {
    if (at < bytes.length && bytes[at] !== mark) continue
    parts.push(bytes.slice(start, at))
    start = at + 1
  }
  return parts
}
