// Whole reads and writes at a position of a file: the system may do less than it was asked in one call.
import type { FileHandle } from 'node:fs/promises'

/** Fills `into` from `position`. @returns `missing` where the file ends before it is full */
export async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<'read' | 'missing'> {
  let done = 0
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done)
    if (bytesRead === 0) return 'missing'
    done += bytesRead
  }
  return 'read'
}

export async function writeFully(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  let done = 0
  while (done < data.length) {
    done += (await handle.write(data, done, data.length - done, position + done)).bytesWritten
  }
}
