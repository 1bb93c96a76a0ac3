// Several pieces of memory, taken for one run of bytes.

/** Views of the bytes `from` to `to` (exclusive) of the parts. */
export function cut(parts: readonly Uint8Array[], from: number, to: number): readonly Uint8Array[] {
  if (from === 0 && to === lengthOf(parts)) return parts
  const views: Uint8Array[] = []
  let start = 0
  for (const part of parts) {
    const end = start + part.length
    if (end > from && start < to) {
      views.push(part.subarray(Math.max(0, from - start), Math.min(part.length, to - start)))
    }
    start = end
  }
  return views
}

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** Fills the bytes from `at` on. */
export function put(bytes: Uint8Array, parts: readonly Uint8Array[], at: number): void {
  let done = 0
  for (const view of cut(parts, at, at + bytes.length)) {
    view.set(bytes.subarray(done, done + view.length))
    done += view.length
  }
}

export function clear(parts: readonly Uint8Array[], from: number, to: number): void {
  for (const view of cut(parts, from, to)) view.fill(0)
}
