// A list of info-hashes as people keep it: one a line, and after a `#` or a space whatever they like.

/** SHA-1 (BEP 3), or SHA-256 (BEP 52), of which trackers see the first 20 bytes. */
const INFO_HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
const SHORT_LENGTH = 40

/** 40 lower-case hexadecimal digits each; or the first line (from 1) that has something else. */
export function parseAllowText(text: string): ReadonlySet<string> | { readonly line: number; readonly found: string } {
  const hashes = new Set<string>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [word = ''] = line.replace(/#.*/, '').trim().split(/\s/)
    if (word === '') continue
    if (!INFO_HASH.test(word)) return { line: index + 1, found: word }
    hashes.add(word.slice(0, SHORT_LENGTH).toLowerCase())
  }
  return hashes
}
