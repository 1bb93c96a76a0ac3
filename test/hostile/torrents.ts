// What hostile .torrent files say, and what must come of it: an error with a code that names the key, or names that are safe
// on every system. One row a trick.
import { concat, fromLatin1, utf8 } from '../../src/lib/base/bytes.ts'
import type { ErrorCode } from '../../src/lib/base/errors.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import { changedFixture, dictAt, type MutableDict } from '../metainfo/samples.ts'

export interface TorrentCase {
  readonly has: string
  readonly bytes: () => Uint8Array
  readonly expected:
    | { readonly error: ErrorCode; readonly says: RegExp }
    /** Where its files go, relative to the folder that it is put into; `name -> target` for a link. */
    | { readonly paths: readonly string[] }
}

type Fields = Readonly<Record<string, BencodeInput | undefined>>
type Expected = TorrentCase['expected']

const MAX = Number.MAX_SAFE_INTEGER
const EXABYTE = 2n ** 60n

const torrent = (info: Fields, outer: Fields = {}): Uint8Array => encode({ info, ...outer })
/** One file of 5 bytes. */
const single = (changes: Fields): Uint8Array =>
  torrent({ name: 'n', length: 5, 'piece length': 16_384, pieces: new Uint8Array(20), ...changes })
/** Files of a folder, in one piece. */
const multi = (files: readonly BencodeInput[], changes: Fields = {}): Uint8Array =>
  torrent({ name: 'n', files, 'piece length': 16_384, pieces: new Uint8Array(20), ...changes })
const file = (...path: readonly (string | Uint8Array)[]): BencodeInput => ({ length: 1, path })
const link = (name: string, ...target: readonly string[]): BencodeInput => ({
  length: 0,
  path: [name],
  attr: 'l',
  'symlink path': target,
})
const invalid = (says: RegExp): Expected => ({ error: 'METAINFO_INVALID', says })
const malformed = (says: RegExp): Expected => ({ error: 'BENCODE_MALFORMED', says })

/** Names: raw as a torrent has them, and as they are written. */
const NAMES: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['the folder above', '..', '__'],
  ['this folder', '.', '_'],
  ['nothing', '', '_'],
  ['an absolute path', '/etc/passwd', '_etc_passwd'],
  ['a way up', '../../.ssh/authorized_keys', '.._.._.ssh_authorized_keys'],
  ['a way up for Windows', '..\\..\\x', '.._.._x'],
  ['a drive', 'C:', 'C_'],
  ['a path on a drive', 'C:\\Windows\\x', 'C__Windows_x'],
  ['a share', '\\\\host\\share', '__host_share'],
  ['a device path', '\\\\.\\PhysicalDrive0', '__._PhysicalDrive0'],
  ['a device', 'CON', '_CON'],
  ['a device with extensions', 'nul.tar.gz', '_nul.tar.gz'],
  ['a device with blanks', 'COM1  .txt', '_COM1  .txt'],
  ['a dot at the end', 'x.exe.', 'x.exe_'],
  ['blanks at the end', 'x  ', 'x__'],
  ['NUL', 'a\0.txt', 'a_.txt'],
  ['line breaks', 'a\r\nb', 'a__b'],
  ['terminal escapes', '\u001b[2J\u009b1m', '_[2J_1m'],
  ['the other reading direction', 'gpj.\u202eexe', 'gpj._exe'],
  ['isolates', '\u2066a\u2069', '_a_'],
  ['a byte order mark', '\ufeffa', '_a'],
  ['bytes that are not UTF-8', fromLatin1('a\xff\xfe'), 'a__'],
  ['an overlong slash', fromLatin1('a\xc0\xafb'), 'a__b'],
  ['half a surrogate pair', fromLatin1('\xed\xa0\x80'), '___'],
  ['a slash that is none, full width', 'a\uff0fb', 'a\uff0fb'],
  ['5 MB', 'x'.repeat(4_900_000), 'x'.repeat(240)],
  ['5 MB of dots', '.'.repeat(4_900_000), '_'.repeat(240)],
  ['5 MB of dots and blanks', `${'. '.repeat(2_450_000)}x`, `${'. '.repeat(118)}.. x`],
]

const names: readonly TorrentCase[] = NAMES.flatMap(([has, raw, safe]) => [
  { has: `${has} for a name`, bytes: () => single({ name: raw }), expected: { paths: [safe] } },
  { has: `${has} in a path`, bytes: () => multi([file(raw, 'f'), file('g', raw)]), expected: { paths: [`${safe}/f`, `g/${safe}`] } }, // prettier-ignore
])

const collisions: readonly TorrentCase[] = [
  { has: 'a file twice', bytes: () => multi([file('a'), file('a')]), expected: { paths: ['a', 'a.1'] } },
  { has: 'names that differ in case', bytes: () => multi([file('a', 'x'), file('A', 'X')]), expected: { paths: ['a/x', 'A/X.1'] } }, // prettier-ignore
  { has: 'names that differ in normalisation', bytes: () => multi([file('é'.normalize('NFC')), file('é'.normalize('NFD'))]), expected: { paths: ['é'.normalize('NFC'), `${'é'.normalize('NFD')}.1`] } }, // prettier-ignore
  { has: 'names that become the same', bytes: () => multi([file('a/b'), file('a\\b'), file('a\0b')]), expected: { paths: ['a_b', 'a_b.1', 'a_b.2'] } }, // prettier-ignore
  { has: 'a file that is a folder too', bytes: () => multi([file('a'), file('a', 'b')]), expected: { paths: ['a', 'a.1/b'] } }, // prettier-ignore
  { has: 'a folder that is a file too', bytes: () => multi([file('a', 'b'), file('a')]), expected: { paths: ['a/b', 'a.1'] } }, // prettier-ignore
  { has: 'a link in the place of a folder', bytes: () => multi([link('a', 'b'), file('a', 'x'), file('b', 'y')]), expected: { paths: ['a -> b', 'a.1/x', 'b/y'] } }, // prettier-ignore
  { has: 'more equal names than anybody needs', bytes: () => multi(Array.from({ length: 600 }, () => file('a'))), expected: invalid(/more than 500 files share their names/) }, // prettier-ignore
]

const links: readonly TorrentCase[] = [
  { has: 'a link up and out', bytes: () => multi([file('f'), link('a', '..', '..', 'etc', 'passwd')]), expected: { paths: ['f', 'a'] } }, // prettier-ignore
  { has: 'an absolute link', bytes: () => multi([file('f'), link('a', '/etc/passwd')]), expected: { paths: ['f', 'a'] } }, // prettier-ignore
  { has: 'a link to what else is in the folder', bytes: () => multi([file('f'), link('a', '.ssh', 'id_rsa')]), expected: { paths: ['f', 'a'] } }, // prettier-ignore
  { has: 'a link to itself', bytes: () => multi([file('f'), link('a', 'a')]), expected: { paths: ['f', 'a -> a'] } },
  { has: 'links in a circle', bytes: () => multi([file('f'), link('a', 'b'), link('b', 'a')]), expected: { paths: ['f', 'a -> b', 'b -> a'] } }, // prettier-ignore
  { has: 'a link with bytes', bytes: () => multi([{ length: 9, path: ['a'], attr: 'l', 'symlink path': ['b'] }]), expected: invalid(/must be an integer from 0 to 0/) }, // prettier-ignore
  { has: 'nothing but a link, to what is beside it', bytes: () => v2Single({ length: 0, attr: 'l', 'symlink path': ['.bashrc'] }), expected: { paths: ['n'] } }, // prettier-ignore
]

/** BEP 52, with one file. */
function v2Single(properties: Fields): Uint8Array {
  const info = { name: 'n', 'meta version': 2, 'piece length': 16_384, 'file tree': { n: { '': properties } } }
  return torrent(info, { 'piece layers': {} })
}

const sizes: readonly TorrentCase[] = [
  { has: 'a length of -1', bytes: () => single({ length: -1 }), expected: invalid(/"info\.length" is -1/) },
  { has: 'a length of 2^63', bytes: () => single({ length: 2n ** 63n }), expected: invalid(/"info\.length" is 9223/) },
  { has: 'a length of 4,000 digits', bytes: () => single({ length: 10n ** 4000n }), expected: invalid(/"info\.length" is 10{29}…/) }, // prettier-ignore
  { has: 'a length of 2^53 - 1', bytes: () => single({ length: MAX }), expected: invalid(/at most 2097152/) },
  { has: 'lengths that add up past 2^53', bytes: () => multi(Array.from({ length: 10 }, (_, i) => ({ length: MAX - 1, path: [`${i}`] }))), expected: invalid(/more than 2\^53/) }, // prettier-ignore
  { has: 'padding of an exabyte', bytes: () => multi([file('a'), { length: EXABYTE, path: ['p'], attr: 'p' }]), expected: invalid(/must be an integer from 0/) }, // prettier-ignore
  { has: 'padding of as much as a number holds', bytes: () => multi([file('a'), { length: MAX - 1, path: ['p'], attr: 'p' }]), expected: invalid(/at most 2097152/) }, // prettier-ignore
  { has: 'pieces of no bytes', bytes: () => single({ 'piece length': 0 }), expected: invalid(/"info\.piece length" is 0/) }, // prettier-ignore
  { has: 'pieces of negative length', bytes: () => single({ 'piece length': -16_384 }), expected: invalid(/"info\.piece length" is -16384/) }, // prettier-ignore
  { has: 'pieces of 2^40 bytes', bytes: () => single({ 'piece length': 2 ** 40 }), expected: invalid(/"info\.piece length" is 1099511627776/) }, // prettier-ignore
  { has: 'pieces of 3 bytes, which v1 allows', bytes: () => single({ 'piece length': 3, pieces: new Uint8Array(40) }), expected: { paths: ['n'] } }, // prettier-ignore
  { has: 'too few hashes', bytes: () => single({ pieces: new Uint8Array(0) }), expected: invalid(/"info\.pieces" has 0 bytes/) }, // prettier-ignore
  { has: 'too many hashes', bytes: () => single({ pieces: new Uint8Array(60) }), expected: invalid(/"info\.pieces" has 60 bytes/) }, // prettier-ignore
  { has: 'half a hash', bytes: () => single({ pieces: new Uint8Array(30) }), expected: invalid(/"info\.pieces" has 30 bytes/) }, // prettier-ignore
  { has: 'more pieces than are taken', bytes: () => single({ length: 3_000_000, 'piece length': 1, pieces: new Uint8Array(20) }), expected: invalid(/at most 2097152/) }, // prettier-ignore
  { has: 'no files', bytes: () => multi([]), expected: invalid(/"info\.files" is empty/) },
  { has: 'neither files nor length', bytes: () => single({ length: undefined }), expected: invalid(/either "length"/) },
  { has: 'both files and length', bytes: () => single({ files: [file('a')] }), expected: invalid(/either "length"/) },
  { has: 'a path of 101 folders', bytes: () => multi([file(...Array.from({ length: 101 }, () => 'd'))]), expected: invalid(/has 101 elements; at most 100 are taken/) }, // prettier-ignore
]

const shapes: readonly TorrentCase[] = [
  { has: 'a web page', bytes: () => utf8('<!doctype html>'), expected: malformed(/byte 0/) },
  { has: 'no bytes', bytes: () => new Uint8Array(), expected: malformed(/input ends/) },
  { has: 'lists in lists', bytes: () => utf8('l'.repeat(5_000_000)), expected: malformed(/nested deeper than 100/) },
  { has: 'millions of values', bytes: () => utf8(`l${'i0e'.repeat(3_000_001)}e`), expected: malformed(/more than 3000000 values/) }, // prettier-ignore
  { has: 'a string past the end', bytes: () => utf8('d4:info9999999999999999:'), expected: malformed(/past the end/) },
  { has: 'a number of 5,000 digits', bytes: () => utf8(`d1:ai${'9'.repeat(5000)}ee`), expected: malformed(/more than 4096 digits/) }, // prettier-ignore
  { has: 'a length with a leading zero', bytes: () => utf8('d04:infode'), expected: malformed(/leading zero/) },
  { has: 'two info dictionaries, of which the first counts', bytes: () => twice(), expected: { paths: ['first'] } },
  { has: 'two names, of which the first counts', bytes: () => twoNames(), expected: { paths: ['first'] } },
  { has: 'more than 10 MB', bytes: () => single({ comment: new Uint8Array(10_000_000) }), expected: invalid(/at most 10000000/) }, // prettier-ignore
  { has: 'a version of the future', bytes: () => single({ 'meta version': 9 }), expected: { error: 'UNSUPPORTED_TORRENT', says: /meta version 9/ } }, // prettier-ignore
]

function twice(): Uint8Array {
  const info = (name: string): Uint8Array =>
    encode({ name, length: 5, 'piece length': 16_384, pieces: new Uint8Array(20) })
  return concat([utf8('d4:info'), info('first'), utf8('4:info'), info('../second'), utf8('e')])
}

function twoNames(): Uint8Array {
  const pieces = concat([utf8('12:piece lengthi16384e6:pieces20:'), new Uint8Array(20)])
  return concat([utf8('d4:infod6:lengthi5e4:name5:first4:name9:../second'), pieces, utf8('ee')])
}

type Change = (info: MutableDict) => unknown
const hybrid = (change: Change): (() => Uint8Array) => {
  return () => changedFixture('hybrid-multi', root => change(dictAt(root, 'info')))
}
const files = (info: MutableDict): BencodeInput[] => info.get('files') as BencodeInput[]

const contradictions: readonly TorrentCase[] = [
  { has: 'v1 files that v2 has not', bytes: hybrid(info => info.set('files', [...files(info), file('z')])), expected: invalid(/different content|need \d+ hashes/) }, // prettier-ignore
  { has: 'v2 files that v1 has not', bytes: hybrid(info => dictAt(info, 'file tree').set('zz', { '': { length: 0 } })), expected: invalid(/"zz" is in v2 only/) }, // prettier-ignore
  { has: 'v2 files without roots', bytes: () => v2Single({ length: 5 }), expected: invalid(/pieces root" is missing/) },
  { has: 'v2 files and folders in one', bytes: () => torrent({ name: 'n', 'meta version': 2, 'piece length': 16_384, 'file tree': { n: { '': { length: 0 }, x: {} } } }), expected: invalid(/a file and a folder at once/) }, // prettier-ignore
  { has: 'a link in v2 that v1 has not', bytes: hybrid(info => linkInV2(info)), expected: invalid(/leads elsewhere in v2/) }, // prettier-ignore
]

/** Makes the empty file of the fixture a link, in v2 only. */
function linkInV2(info: MutableDict): void {
  const properties = dictAt(info, 'file tree', 'empty', '')
  properties.set('attr', 'l').set('symlink path', ['a.txt'])
}

export const TORRENT_CASES: readonly TorrentCase[] = [
  ...names,
  ...collisions,
  ...links,
  ...sizes,
  ...shapes,
  ...contradictions,
]
