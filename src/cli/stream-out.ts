// A file on stdout: nothing but its bytes, in order, and no faster than the reader takes them. Who reads may leave, which ends
// the download as if all had been said.
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BtError } from '../lib/base/errors.ts'
import type { FileStream } from '../lib/engine/stream-file.ts'
import type { Watch } from '../lib/ui/watch.ts'
import { follow, type FollowOptions } from './follow.ts'
import { outputError } from './report.ts'

interface StreamFlags {
  readonly output: string | undefined
  readonly seed: boolean
  readonly ratio?: number | undefined
  readonly 'seed-time'?: number | undefined
  readonly 'idle-time'?: number | undefined
  readonly 'on-done'?: string | undefined
  readonly prealloc: boolean
}

/** @throws BtError USAGE where nobody could read, or something is to be done with files that there will not be */
export function checkStream(flags: StreamFlags, out: { readonly isTTY?: boolean }): void {
  if (out.isTTY === true) {
    throw new BtError('USAGE', 'stdout is a terminal; pipe it into a program, as in: bt download --stdout … | mpv -')
  }
  const { output, seed, ratio, 'seed-time': seedTime, 'idle-time': idleTime, 'on-done': onDone, prealloc } = flags
  const needs = { '--seed': seed, '--ratio': ratio, '--seed-time': seedTime, '--idle-time': idleTime }
  const all = Object.entries({ ...needs, '--on-done': onDone, '--prealloc': prealloc })
  const [named] = all.find(([, value]) => value !== undefined && value !== false) ?? []
  if (output !== undefined || named === undefined) return
  throw new BtError('USAGE', `with --stdout alone nothing is stored, which ${named} needs; say where by -o`)
}

/**
 * @returns `left` where the reader went away before the end.
 * @throws BtError as `follow` does
 */
export async function streamOut(
  { session, chunks }: FileStream,
  watch: Watch,
  out: Writable,
  options: Pick<FollowOptions, 'signal' | 'stallTimeout'>,
): Promise<'whole' | 'left'> {
  let waiting = true
  /** Tells whether the next chunk is waited for, or taken. */
  async function* noted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      waiting = false
      yield chunk
      waiting = true
    }
  }
  const stream = async (): Promise<'whole' | 'left'> => {
    const shown = watch.follow(session)
    shown.catch(() => undefined)
    const outcome = await write(noted(), out, options.signal)
    if (outcome === 'left') await session.stop()
    // Unless the reader left, what ended the session is told by both.
    await (outcome === 'left' ? shown.catch(() => undefined) : shown)
    return outcome
  }
  return follow(session, stream, { ...options, paused: () => !waiting })
}

async function write(chunks: AsyncIterable<Uint8Array>, out: Writable, signal: AbortSignal): Promise<'whole' | 'left'> {
  // The process ends at once where a result can not be written; here there is something to finish first.
  const listeners = out.listeners('error') as ((error: Error) => void)[]
  out.removeAllListeners('error').on('error', () => undefined)
  try {
    await pipeline(Readable.from(chunks, { objectMode: false, highWaterMark: 1 }), out, { end: false, signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof BtError) throw error
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 'left'
    throw outputError(error as NodeJS.ErrnoException)
  }
  out.removeAllListeners('error')
  for (const listener of listeners) out.on('error', listener)
  return 'whole'
}
