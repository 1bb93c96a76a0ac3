// Patterns for paths, as shells have them: `*` and `?` within a name, `**` across folders, `{a,b}`, `[a-z]`. Titles are full of
// brackets and parentheses: these mean themselves, and those do too.
import picomatch from 'picomatch'

/** Of a path relative to the torrent's folder. */
export type PathTest = (path: readonly string[]) => boolean

/**
 * Whether any of the patterns matches the path. One without a slash is held against the name alone, so that `*.txt` means
 * those of all folders; one with a slash against the whole path. A dot at the start of a name is a character like others.
 */
export function matchesAny(patterns: readonly string[]): PathTest {
  const tests = patterns.map(pattern => {
    const rooted = pattern.replace(/^\.?\//, '')
    const wholePath = rooted !== pattern || /\/./.test(rooted)
    const matches = matcher(rooted.replace(/\/$/, ''))
    return (path: readonly string[]): boolean => matches(wholePath ? path.join('/') : (path.at(-1) ?? ''))
  })
  return path => tests.some(matches => matches(path))
}

/** Whether any of the patterns matches the path or a folder that it is in. */
export function matchesAnyOnTheWay(patterns: readonly string[]): PathTest {
  const matches = matchesAny(patterns)
  return path => path.some((_, depth) => matches(path.slice(0, depth + 1)))
}

function matcher(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => false
  const readings = [/[()]/g, /[[\]()]/g].map(literal => pattern.replace(literal, String.raw`\$&`))
  const matches = [...new Set(readings)].map(reading => picomatch(reading, { dot: true, nonegate: true }))
  return text => matches.some(match => match(text))
}
