// Whole reads and writes at a position of a file: the system may do less than it was asked in one call.
import type { Transfer } from './descriptor.ts'

/** Fills the parts, in order, with the bytes from `position`. @returns `missing` where the file ends before they are full */
export async function readFully(
  read: Transfer,
  parts: readonly Uint8Array[],
  position: number,
): Promise<'read' | 'missing'> {
  let rest = parts
  let at = position
  while (rest.length > 0) {
    const moved = await read(rest, at)
    if (moved === 0) return 'missing'
    at += moved
    rest = after(rest, moved)
  }
  return 'read'
}

/** Writes the parts one behind the other. @param onWritten how many more of them are wholly written, after each call */
export async function writeFully(
  write: Transfer,
  parts: readonly Uint8Array[],
  position: number,
  onWritten: (parts: number) => void,
): Promise<void> {
  let rest = parts
  let at = position
  while (rest.length > 0) {
    const moved = await write(rest, at)
    at += moved
    const left = after(rest, moved)
    onWritten(rest.length - left.length)
    rest = left
  }
}

/** What is left of the parts behind their first `bytes`; without those that are empty. */
function after(parts: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skip = bytes
  for (const [index, part] of parts.entries()) {
    if (skip < part.length) return [part.subarray(skip), ...parts.slice(index + 1)]
    skip -= part.length
  }
  return []
}
