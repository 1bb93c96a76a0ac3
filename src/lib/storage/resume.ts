// A piece is trusted after a restart only if its bytes were flushed to the disk before the record that names it, and every
// file that holds them still has the size and time that the record says. All else is verified again, so a record older
// than the data (kill -9, a crash, another program) costs time, never correctness.
import { createHash } from 'node:crypto'
import { Bitfield } from '../base/bitfield.ts'
import { equal } from '../base/bytes.ts'
import { HASH_LENGTH, type InfoHash } from '../base/ids.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { closeDescriptor, reading } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import type { FileStore } from './files.ts'
import type { Output } from './output.ts'
import { isStored, piecesOfFile, setRange } from './plan.ts'
import { isReserved, removeFile, replaceFile, reserveFor } from './replace-file.ts'
import { encodeResume, parseResume, type ResumeRecord } from './resume-record.ts'
import { readFully } from './positional.ts'
import { openForRead, type Opened } from './safe-open.ts'
import type { FileStamp } from './file-stamp.ts'
import type { FileOnDisk, Survey } from './survey.ts'
import { readablePieces } from './verify.ts'

/** The largest metadata (30 MiB, docs/DESIGN.md "Limits"), a bitfield, and 24 bytes each for a million files. */
export const MAX_RECORD = 67_108_864
/** The year 2286 in nanoseconds: no earlier one has more digits. */
const LONG_TIME = 9_999_999_999_999_999_999n

export interface ResumeState {
  readonly store: FileStore
  readonly info: Info
  /** The verified pieces, each written by a `store.write` that has resolved. */
  readonly have: Bitfield
  /** Bytes over all runs. */
  readonly uploaded: number
  readonly downloaded: number
  /** The raw info dictionary, worth keeping where it came from peers. */
  readonly metadata?: Uint8Array
}

export interface Resumed {
  /** Whether an earlier run left a record, or room for one, so that what is there is ours. */
  readonly begun: boolean
  /** Verified before, and unchanged since. */
  readonly have: Bitfield
  /** To be verified: perhaps there. What is in neither is missing. */
  readonly recheck: Bitfield
  /** What was there. */
  readonly survey: Survey
  readonly uploaded: number
  readonly downloaded: number
}

/** The save under way, or the last: those of one store run one after the other. */
const saves = new WeakMap<FileStore, Promise<void>>()

/**
 * Writes the record, in this order: remember `have`, flush the data, look at sizes and times, write a temporary file, flush
 * it, rename it into place. A write that comes in between only makes the record look older than the data.
 * @throws BtError DISK_*; the earlier record is then still there
 */
export async function saveResume(state: ResumeState): Promise<void> {
  const snapshot = { ...state, have: state.have.clone() }
  const before = saves.get(state.store) ?? Promise.resolve()
  const save = before.catch(() => undefined).then(() => saveNow(snapshot))
  saves.set(state.store, save)
  await save
}

/** Keeps the room that a record will need, for the day when the disk is full. */
export async function reserveResume(output: Output, info: Info): Promise<void> {
  const stamp = { size: info.totalLength, mtimeNs: LONG_TIME }
  const file = { place: 'own', stamp } as const
  const room = (files: readonly FileOnDisk[]): number =>
    encodeResume({
      infoHash: info.infoHash,
      have: new Bitfield(info.pieceCount),
      files,
      parts: stamp,
      uploaded: Number.MAX_SAFE_INTEGER,
      downloaded: Number.MAX_SAFE_INTEGER,
      metadata: info.raw,
    }).length
  // Each file takes as much as any other: there may be a hundred thousand.
  const withoutFiles = room([])
  await reserveFor(output.resumePath, withoutFiles + info.files.length * (room([file]) - withoutFiles))
}

async function saveNow({ store, info, have, uploaded, downloaded, metadata }: ResumeState): Promise<void> {
  await store.sync()
  // What was changed since it was verified is verified again.
  const { files, parts } = await store.looks.own()
  const record = { infoHash: info.infoHash, have, files, parts, uploaded, downloaded }
  await replaceFile(store.output.resumePath, encodeResume(metadata === undefined ? record : { ...record, metadata }))
}

/**
 * What need not be verified again. Without a usable record, all that exists must be.
 * @param options.store opened just now, since opening may change files
 * @throws BtError DISK_* where the record or a file can not be looked at
 */
export async function loadResume(options: { readonly store: FileStore; readonly info: Info }): Promise<Resumed> {
  const { store, info } = options
  const record = await readRecord(store.output.resumePath)
  const survey = await store.looks.first()
  const there = readablePieces(info, survey)
  const matches =
    record !== undefined &&
    equal(record.infoHash, info.infoHash) &&
    record.have.length === info.pieceCount &&
    record.files.length === info.files.length
  if (!matches) {
    const begun = await isReserved(store.output.resumePath)
    return { begun, have: new Bitfield(info.pieceCount), recheck: there, survey, uploaded: 0, downloaded: 0 }
  }
  const changed = changedPieces(info, record, survey)
  const have = record.have.clone()
  for (const piece of changed.indices()) {
    have.clear(piece)
    if (!there.has(piece)) changed.clear(piece)
  }
  return { begun: true, have, recheck: changed, survey, uploaded: record.uploaded, downloaded: record.downloaded }
}

/**
 * The raw info dictionary that an earlier run of a magnet link kept, from the first of the paths that has one.
 * @param paths see `resumeCandidates`
 */
export async function loadMetadata(paths: readonly string[], hash: InfoHash): Promise<Uint8Array | undefined> {
  for (const path of paths) {
    const metadata = (await readRecord(path))?.metadata
    if (metadata !== undefined && hashesTo(metadata, hash)) return metadata
  }
  return undefined
}

/** Forgets the record; the part file stays, since its pieces need it. */
export async function removeResume(output: Output): Promise<void> {
  await removeFile(output.resumePath)
}

/**
 * Every piece that touches a file which is not as it was, or whose bytes are kept elsewhere now, or which is too long:
 * that is cut once all of it is verified.
 */
function changedPieces(info: Info, record: ResumeRecord, survey: Survey): Bitfield {
  const changed = new Bitfield(info.pieceCount)
  const samePart = sameStamp(record.parts, survey.parts)
  for (const [index, file] of info.files.entries()) {
    const same = sameFile(record.files[index], survey.files[index], samePart)
    const tooLong = (survey.files[index]?.stamp?.size ?? 0) > file.length
    if (isStored(file) && (!same || tooLong)) setRange(changed, piecesOfFile(info, index))
  }
  return changed
}

function sameFile(then: FileOnDisk | undefined, now: FileOnDisk | undefined, samePart: boolean): boolean {
  if (then === undefined || then.place !== now?.place) return false
  return now.place === 'parts' ? samePart : sameStamp(then.stamp, now.stamp)
}

/** What was gone already when the record was made holds nothing, whatever the record says. */
function sameStamp(then: FileStamp | undefined, now: FileStamp | undefined): boolean {
  return now !== undefined && then?.size === now.size && then.mtimeNs === now.mtimeNs
}

async function readRecord(path: string): Promise<ResumeRecord | undefined> {
  let opened: Opened
  try {
    opened = await openForRead(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw diskError(error, path, 'read')
  }
  try {
    if (opened.size > MAX_RECORD) return undefined
    const bytes = new Uint8Array(opened.size)
    return (await readFully(reading(opened.fd), [bytes], 0)) === 'missing' ? undefined : parseResume(bytes)
  } catch (error) {
    throw diskError(error, path, 'read')
  } finally {
    await closeDescriptor(opened.fd)
  }
}

/** SHA-1 of the info dictionary (BEP 3), or the start of its SHA-256 (BEP 52). */
function hashesTo(metadata: Uint8Array, hash: InfoHash): boolean {
  return ['sha1', 'sha256'].some(name =>
    equal(createHash(name).update(metadata).digest().subarray(0, HASH_LENGTH), hash),
  )
}
