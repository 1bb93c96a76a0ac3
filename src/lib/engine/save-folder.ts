// A new folder of files; nothing that is there already is touched.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { diskError, isAbsent } from '../storage/disk-error.ts'

/**
 * @param files path inside the folder → text.
 * @throws BtError USAGE where there is something in the folder already; DISK_*
 */
export async function saveNewFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  const present = await readdir(folder).catch((error: unknown) => {
    if (isAbsent(error)) return []
    throw diskError(error, folder, 'look into')
  })
  if (present.length > 0) {
    throw new BtError('USAGE', `there is something in ${folder} already; name another folder with -o`)
  }
  for (const [path, text] of files) {
    const place = join(folder, path)
    try {
      await mkdir(dirname(place), { recursive: true })
      await writeFile(place, text, { flag: 'wx' })
    } catch (error) {
      throw diskError(error, place, 'write')
    }
  }
}
