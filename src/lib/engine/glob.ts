// Patterns for paths, as shells have them: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`.
import picomatch from 'picomatch'

/** Of a path relative to the torrent's folder. */
export type PathTest = (path: readonly string[]) => boolean

/**
 * Whether any of the patterns matches the path. One without a slash is held against the name alone, so that `*.txt` means
 * those of all folders; one with a slash against the whole path. A dot at the start of a name is a character like others.
 */
export function matchesAny(patterns: readonly string[]): PathTest {
  const tests = patterns.map(pattern => {
    const inFolder = pattern.replace(/^\.?\//, '')
    const matches = picomatch(inFolder.replace(/\/$/, ''), { dot: true, nonegate: true })
    const wholePath = /\/./.test(inFolder) || inFolder !== pattern
    return (path: readonly string[]): boolean => matches(wholePath ? path.join('/') : (path.at(-1) ?? ''))
  })
  return path => tests.some(matches => matches(path))
}

/** Whether any of the patterns matches the path or a folder that it is in. */
export function matchesAnyOnTheWay(patterns: readonly string[]): PathTest {
  const matches = matchesAny(patterns)
  return path => path.some((_, depth) => matches(path.slice(0, depth + 1)))
}
