// Patterns for paths, as shells have them: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`.
import picomatch from 'picomatch'

/** Of a path relative to the torrent's folder. */
export type PathTest = (path: readonly string[]) => boolean

/**
 * Whether any of the patterns matches the path. One without a slash is held against the name alone, so that `*.txt` means
 * those of all folders; one with a slash against the whole path. A dot at the start of a name is a character like others.
 * What is a path as it stands, brackets and all, means that path too.
 */
export function matchesAny(patterns: readonly string[]): PathTest {
  const tests = patterns.map(pattern => {
    const rooted = pattern.replace(/^\.?\//, '')
    const wholePath = rooted !== pattern || /\/./.test(rooted)
    const bare = rooted.replace(/\/$/, '')
    const matches = bare === '' ? (): boolean => false : picomatch(bare, { dot: true, nonegate: true })
    return (path: readonly string[]): boolean => {
      const text = wholePath ? path.join('/') : (path.at(-1) ?? '')
      return text === bare || matches(text)
    }
  })
  return path => tests.some(matches => matches(path))
}

/** Whether any of the patterns matches the path or a folder that it is in. */
export function matchesAnyOnTheWay(patterns: readonly string[]): PathTest {
  const matches = matchesAny(patterns)
  return path => path.some((_, depth) => matches(path.slice(0, depth + 1)))
}
