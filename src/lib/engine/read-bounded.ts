// Whole files that somebody names: never more of them than is of use, whatever they turn out to be.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { BtError } from '../base/errors.ts'

/** What the shell hands over as a path (`bt info <(command)`) is open at its other end. */
const HANDED_OVER = /^\/(dev\/(fd|stdin)|proc\/self\/fd)\b/

/**
 * @param most bytes
 * @param advice what to do instead of naming a pipe
 * @returns undefined where there are more
 * @throws BtError INPUT_UNREADABLE for a named pipe; else what the system said
 */
export async function readBounded(path: string, most: number, advice = 'name a file'): Promise<Uint8Array | undefined> {
  const stats = await stat(path)
  if (stats.size > most) return undefined
  // Opening one waits for a writer, and nothing can end that, not even Ctrl-C.
  if (stats.isFIFO() && !HANDED_OVER.test(path)) {
    throw new BtError('INPUT_UNREADABLE', `${path} is a named pipe; ${advice}`)
  }
  // A device has no size and no end, and a file may grow: what is read is what counts.
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { end: most })) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  return bytes.length > most ? undefined : bytes
}
