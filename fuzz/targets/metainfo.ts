import { createHash } from 'node:crypto'
import { equal } from '../../src/lib/base/bytes.ts'
import { parseInfo, parseMetainfo, pieceHash, type Info } from '../../src/lib/metainfo/metainfo.ts'
import { torrents } from '../fixtures.ts'
import { check, sizeOf, wordsOf, type Target } from '../target.ts'

const [first = new Uint8Array(), ...others] = torrents().values()
/** A name that a path may not have: separators, control characters, nothing, or the way up. */
const UNSAFE = /[/\\\p{Cc}]|^\.{0,2}$/u

/** Words that have a meaning here, between bars. */
const WORDS =
  'info|name|name.utf-8|piece length|pieces|length|files|path|path.utf-8|attr|p|l|symlink path|' +
  'meta version|file tree|pieces root|piece layers|private|source||..|a/b|announce|announce-list|' +
  'url-list|nodes|comment|creation date|con|A|a|\u00e4'

export const metainfo: Target = {
  name: 'metainfo',
  promise:
    'what is taken has safe, distinct paths, pieces that fit the length, and the hash of its bytes as they stood',
  seeds: [first, ...others],
  throws: ['BENCODE_MALFORMED', 'METAINFO_INVALID', 'UNSUPPORTED_TORRENT'],
  words: WORDS.split('|'),
  bencoded: true,
  maxLength: 4096,
  run(input) {
    const { info, tiers, webSeeds, nodes, pieceLayers, warnings } = parseMetainfo(input)
    checkInfo(info)
    const again = parseInfo(info.raw)
    check(equal(again.infoHash, info.infoHash) && again.pieceCount === info.pieceCount, 'the metadata says the same')
    for (const { port } of nodes) check(port > 0 && port < 65_536, 'a node has a port')
    const counts = [info.files.length, tiers.length, webSeeds.length, nodes.length, pieceLayers?.size ?? 0].map(sizeOf)
    const marks = info.files.map(file => (file.padding ? 'p' : file.symlink ? 'l' : file.executable ? 'x' : '-'))
    const facts = [info.version, info.singleFile, info.private, info.source !== undefined]
    return [...facts, ...counts, [...new Set(marks)].join(''), ...warnings.map(wordsOf)].join(' ')
  },
}

function checkInfo(info: Info): void {
  for (const { path, symlink = [] } of info.files) {
    check(![...path, ...symlink].some(name => UNSAFE.test(name)), 'no name leads out of the folder')
    check(
      path.every(name => Buffer.byteLength(name) <= 255),
      'a name fits the file system',
    )
  }
  check(!UNSAFE.test(info.name), 'the name is safe')
  const paths = info.files.filter(file => !file.padding).map(file => file.path.join('/').toLowerCase())
  check(new Set(paths).size === paths.length, 'no two files have one path')
  check(
    info.pieceCount === Math.ceil(info.totalLength / info.pieceLength),
    'the pieces are as many as the length needs',
  )
  const hashed = info.version === 'v2' ? 0 : info.pieceCount * 20
  check(info.pieces.length === hashed, 'every piece has its hash')
  if (hashed > 0) check(pieceHash(info, info.pieceCount - 1).length === 20, 'the last hash is whole')
  let end = 0
  for (const { offset, length } of info.files) {
    check(offset >= end, 'files do not overlap')
    end = offset + length
  }
  check(end <= info.totalLength && Number.isSafeInteger(info.totalLength), 'files lie inside the content')
  if (info.version === 'v2') return
  check(equal(info.infoHash, new Uint8Array(createHash('sha1').update(info.raw).digest())), 'the hash is of the bytes')
}
