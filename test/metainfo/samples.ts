// Small torrents to start from: each test changes one thing.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'

export type Dict = Readonly<Record<string, BencodeInput | undefined>>

export function sha1(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha1').update(bytes).digest())
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

/** 92,063 bytes in 3 pieces of 32 KiB, as one file. */
export function singleFileInfo(changes: Dict = {}): Dict {
  return { name: 'sample.txt', length: 92_063, 'piece length': 32_768, pieces: new Uint8Array(60).fill(1), ...changes }
}

/** 30 bytes in 2 pieces of 16, as files of a folder. */
export function multiFileInfo(files: readonly BencodeInput[], changes: Dict = {}): Dict {
  return { name: 'folder', files, 'piece length': 16, pieces: new Uint8Array(40).fill(2), ...changes }
}

export function torrent(info: BencodeInput, outer: Dict = {}): Uint8Array {
  return encode({ info, ...outer })
}

/** A fixture of test/fixtures. */
export function fixture(name: string): Uint8Array {
  return readFileSync(new URL(`../fixtures/${name}.torrent`, import.meta.url))
}

export type MutableDict = Map<string, BencodeInput>

/** A fixture, changed: `change` gets its outermost dictionary, whose dictionaries are all Maps with latin1 keys. */
export function changedFixture(name: string, change: (root: MutableDict) => void): Uint8Array {
  const root: BencodeInput = decode(fixture(name))
  change(dictAt(root))
  return encode(root)
}

/** The dictionary under a chain of keys. */
export function dictAt(root: BencodeInput, ...keys: readonly string[]): MutableDict {
  let here: BencodeInput | undefined = root
  for (const key of keys) here = here instanceof Map ? (here as MutableDict).get(key) : undefined
  if (here instanceof Map) return here as MutableDict
  throw new Error(`no dictionary at "${keys.join('" / "')}"`)
}
