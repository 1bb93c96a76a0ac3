// Content that is there already and is only read: verified before anyone hears of it.
import { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { FileStore } from '../storage/files.ts'
import { contentPath } from '../storage/output.ts'
import { loadResume } from '../storage/resume.ts'
import { io, recheck } from './download-storage.ts'
import { VerifiedContent } from './verified-content.ts'
import { isVerified, openContent, type SeedPlace } from './seed-content.ts'
import type { Storage, StorageRequest } from './storage.ts'

/**
 * @throws BtError DISK_*, also where nothing of it is there; HASH_MISMATCH where not one piece of it is right
 */
export async function seedStorage(info: Info, place: SeedPlace, request: StorageRequest): Promise<Storage> {
  const store = await openContent(info, place, request.disk)
  try {
    const known = await isVerified(store, info, place)
    const have = known ? Bitfield.full(info.pieceCount) : await check(store, info, place, request)
    if (!have.complete) {
      request.onWarning(
        `${have.count} of ${info.pieceCount} pieces of "${info.name}" are there and right; only they are served`,
      )
    }
    // Nothing is wanted: what is missing is not fetched into a folder that belongs to the user.
    const wanted = new Bitfield(info.pieceCount)
    const content = new VerifiedContent(store, info, request.hasher)
    return {
      ...io(content),
      isRight: piece => content.isRight(piece),
      path: contentPath(info, store.output),
      have,
      wanted,
      close: () => store.close(),
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** What of it is there and right; something is. */
async function check(
  store: FileStore,
  info: Info,
  { path = 'this folder' }: SeedPlace,
  request: StorageRequest,
): Promise<Bitfield> {
  const resumed = await loadResume({ store, info })
  if (info.pieceCount > 0 && resumed.have.count + resumed.recheck.count === 0) {
    throw new BtError(
      'DISK_NOT_FOUND',
      `nothing of "${info.name}" is in ${path}; name the content or the folder that holds it`,
    )
  }
  const have = await recheck(store, info, resumed.have, resumed.recheck, request)
  if (have.count === 0 && info.pieceCount > 0) {
    throw new BtError(
      'HASH_MISMATCH',
      `nothing in ${path} matches "${info.name}"; name the content or the folder that holds it`,
    )
  }
  return have
}
