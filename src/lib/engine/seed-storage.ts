// Content that is there already and is only read: verified before anyone hears of it.
import { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { FileStore } from '../storage/files.ts'
import { contentPath, locateContent } from '../storage/output.ts'
import { loadResume } from '../storage/resume.ts'
import { io, recheck } from './download-storage.ts'
import type { Storage, StorageRequest } from './storage.ts'

/**
 * @param path the content itself or the folder that holds it; the working folder by default.
 * @throws BtError DISK_*, also where nothing of it is there; HASH_MISMATCH where not one piece of it is right
 */
export async function seedStorage(info: Info, path: string | undefined, request: StorageRequest): Promise<Storage> {
  const output = await locateContent(info, path, process.cwd())
  const store = await FileStore.open({ info, output, mode: 'read', disk: request.disk })
  try {
    const resumed = await loadResume({ store, info })
    if (info.pieceCount > 0 && resumed.have.count + resumed.recheck.count === 0) {
      throw new BtError(
        'DISK_NOT_FOUND',
        `nothing of "${info.name}" is in ${path ?? 'this folder'}; name the content or the folder that holds it`,
      )
    }
    const have = await recheck(store, info, resumed.have, resumed.recheck, request)
    if (have.count === 0 && info.pieceCount > 0) {
      throw new BtError(
        'HASH_MISMATCH',
        `nothing in ${path ?? 'this folder'} matches "${info.name}"; name the content or the folder that holds it`,
      )
    }
    if (!have.complete) {
      request.onWarning(
        `${have.count} of ${info.pieceCount} pieces of "${info.name}" are there and right; only they are served`,
      )
    }
    // Nothing is wanted: what is missing is not fetched into a folder that belongs to the user.
    const wanted = new Bitfield(info.pieceCount)
    return { ...io(store), path: contentPath(info, output), have, wanted, close: () => store.close() }
  } catch (error) {
    await store.close()
    throw error
  }
}
