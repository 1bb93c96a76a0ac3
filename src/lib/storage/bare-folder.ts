// A folder that was made for a download has nothing in it but what the download itself put there, unless somebody was quick.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isStateName } from './output.ts'

/** Reading more folders takes longer than looking for each file. */
const MAX_FOLDERS = 1000

/** Whether there is no file in it or below, but for bt's own state; `false` too where that is not soon told. */
export async function isBare(root: string): Promise<boolean> {
  const folders = [root]
  try {
    for (const folder of folders) {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) folders.push(join(folder, entry.name))
        else if (!isStateName(entry.name)) return false
      }
      if (folders.length > MAX_FOLDERS) return false
    }
    return true
  } catch {
    return false
  }
}
