// The resume record as bytes: a bencoded dictionary. Whatever the bytes are, parsing gives a record that is consistent in
// itself or nothing.
import { Bitfield } from '../base/bitfield.ts'
import { equal, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH, infoHash, type InfoHash } from '../base/ids.ts'
import { getBytes, getInteger, getList, isDict, isList } from '../bencode/access.ts'
import { decode } from '../bencode/decode.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeDict, BencodeInput, BencodeValue } from '../bencode/value.ts'
import { MAX_PIECES } from '../metainfo/limits.ts'
import type { FileStamp } from './file-stamp.ts'
import type { FileOnDisk, Place } from './survey.ts'

export interface ResumeRecord {
  readonly infoHash: InfoHash
  /** The verified pieces. */
  readonly have: Bitfield
  /** How every file was when the record was made, by index of the torrent's files. */
  readonly files: readonly FileOnDisk[]
  readonly parts: FileStamp | undefined
  /** Bytes over all runs. */
  readonly uploaded: number
  readonly downloaded: number
  /** The raw info dictionary, kept for a magnet link. */
  readonly metadata?: Uint8Array
}

const FORMAT: Uint8Array = utf8('bt-resume')
const VERSION = 1
/** Dictionary, list of files, one file's list. */
const MAX_DEPTH = 4
const PLACES: readonly Place[] = ['nobody', 'own', 'parts']

export function encodeResume(record: ResumeRecord): Uint8Array {
  return encode({
    format: FORMAT,
    version: VERSION,
    'info-hash': record.infoHash,
    'piece count': record.have.length,
    pieces: record.have.bytes,
    files: record.files.map(file => [PLACES.indexOf(file.place), ...stampNumbers(file.stamp)]),
    parts: record.parts === undefined ? undefined : stampNumbers(record.parts),
    uploaded: record.uploaded,
    downloaded: record.downloaded,
    metadata: record.metadata,
  })
}

/** Undefined where the bytes are not a record of this version. The bytes stay in use as the record's metadata. */
export function parseResume(bytes: Uint8Array): ResumeRecord | undefined {
  const value = decoded(bytes)
  if (!isDict(value) || !equal(getBytes(value, 'format') ?? FORMAT.subarray(1), FORMAT)) return undefined
  if (getInteger(value, 'version') !== VERSION) return undefined
  const hash = getBytes(value, 'info-hash')
  const have = parseHave(value)
  const files = getList(value, 'files')?.map(parseFile)
  const parts = value.has('parts') ? parseStamp(getList(value, 'parts')) : undefined
  if (hash?.length !== HASH_LENGTH || have === undefined || files === undefined) return undefined
  if (!files.every(file => file !== undefined) || (value.has('parts') && parts === undefined)) return undefined
  const metadata = getBytes(value, 'metadata')
  const totals = { uploaded: total(value, 'uploaded'), downloaded: total(value, 'downloaded') }
  return { infoHash: infoHash(hash), have, files, parts, ...totals, ...(metadata === undefined ? {} : { metadata }) }
}

function decoded(bytes: Uint8Array): BencodeValue | undefined {
  try {
    return decode(bytes, { maxDepth: MAX_DEPTH })
  } catch (error) {
    if (error instanceof BtError) return undefined
    throw error
  }
}

function parseHave(record: BencodeDict): Bitfield | undefined {
  const count = getInteger(record, 'piece count') ?? -1
  if (count < 0 || count > MAX_PIECES) return undefined
  return Bitfield.from(getBytes(record, 'pieces') ?? new Uint8Array(), count)
}

function parseFile(value: BencodeValue): FileOnDisk | undefined {
  if (!isList(value)) return undefined
  const [index, ...numbers] = value
  const place = typeof index === 'number' ? PLACES[index] : undefined
  if (place === undefined) return undefined
  if (numbers.length === 0) return { place, stamp: undefined }
  const stamp = parseStamp(numbers)
  return stamp === undefined ? undefined : { place, stamp }
}

function stampNumbers(stamp: FileStamp | undefined): BencodeInput[] {
  return stamp === undefined ? [] : [stamp.size, stamp.mtimeNs]
}

function parseStamp(value: readonly BencodeValue[] | undefined): FileStamp | undefined {
  const [size, mtime, ...rest] = value ?? []
  if (typeof size !== 'number' || size < 0 || rest.length > 0) return undefined
  if (typeof mtime !== 'number' && typeof mtime !== 'bigint') return undefined
  return { size, mtimeNs: BigInt(mtime) }
}

function total(record: BencodeDict, key: string): number {
  return Math.max(0, getInteger(record, key) ?? 0)
}
