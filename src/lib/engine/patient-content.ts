// A full disk is a reason to wait, not to fail: a verified piece stays in memory, and is written as soon as there is room.
// Nothing more is asked for meanwhile, since too much waits for the disk already (`MAX_UNCHECKED_BYTES`).
import { setTimeout as delay } from 'node:timers/promises'
import { BtError } from '../base/errors.ts'
import type { Content } from './content.ts'

/** Milliseconds between attempts: soon enough for who has just made room, and no load on a disk that stays full. */
const RETRY_INTERVAL = 3_000

export interface Patience {
  /** @throws its reason from a write that waits, once aborted */
  readonly signal: AbortSignal
  /** A write found no room, the first since all was well. */
  readonly onFull: (error: BtError) => void
  /** All that waited is written. */
  readonly onRoom: () => void
  /** Milliseconds. */
  readonly retryInterval?: number
}

/** The content, whose writes outlast a full disk or quota. All other failures stay what they are. */
export function patientContent(content: Content, patience: Patience): Content {
  const { signal, onFull, onRoom, retryInterval = RETRY_INTERVAL } = patience
  let waiting = 0
  /** All that wait try again together. */
  let pausing: Promise<void> | undefined
  const pauseOver = (): Promise<void> => {
    pausing ??= pause(retryInterval, signal).finally(() => (pausing = undefined))
    return pausing
  }
  const persist = async (offset: number, data: Uint8Array, first: BtError): Promise<void> => {
    signal.throwIfAborted()
    waiting++
    if (waiting === 1) onFull(first)
    try {
      do await pauseOver()
      while ((await attempt(content, offset, data)) !== undefined)
    } finally {
      waiting--
    }
    if (waiting === 0) onRoom()
  }
  return {
    ...(content.isRight && { isRight: content.isRight }),
    readInto: (offset, parts) => content.readInto(offset, parts),
    write: async (offset, data) => {
      const full = await attempt(content, offset, data)
      if (full !== undefined) await persist(offset, data, full)
    },
    keep: async (offset, data, hash) => {
      try {
        return (await content.keep?.(offset, data, hash)) ?? 'left'
      } catch (error) {
        if (!isFull(error)) throw error
        // Only what is right is written at all.
        await persist(offset, data, error)
        return 'kept'
      }
    },
  }
}

function isFull(error: unknown): error is BtError {
  return error instanceof BtError && error.code === 'DISK_FULL'
}

/** @returns why there is no room; undefined: it is written. */
async function attempt(content: Content, offset: number, data: Uint8Array): Promise<BtError | undefined> {
  try {
    await content.write(offset, data)
    return undefined
  } catch (error) {
    if (isFull(error)) return error
    throw error
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}
