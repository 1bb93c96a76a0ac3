// Whether content on the disk has changed since it was last looked at, without reading it.
import { createHash } from 'node:crypto'
import { FileStore } from '../storage/files.ts'
import { locateContent } from '../storage/output.ts'
import type { TorrentSource } from './source.ts'

const NOTHING = 'nothing'

/**
 * The same text as long as all files have the same sizes and times.
 * @param path as for `SeedOptions`
 */
export async function contentStamp({ info }: TorrentSource, path: string | undefined): Promise<string> {
  if (info === undefined) return NOTHING
  try {
    const output = await locateContent(info, path, process.cwd())
    const store = await FileStore.open({ info, output, mode: 'read' })
    try {
      const { files } = await store.survey()
      const stamps = files.map(({ stamp }) => (stamp === undefined ? NOTHING : `${stamp.size} ${stamp.mtimeNs}`))
      return createHash('sha1').update(stamps.join('\n')).digest('hex')
    } finally {
      await store.close()
    }
  } catch {
    return NOTHING // Whoever seeds it is told why.
  }
}
