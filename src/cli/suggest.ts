// "Did you mean …?": the name that somebody who typed another probably had in mind. Loaded only where a mistake was made.
import leven from 'leven'

/** ` (did you mean X?)` to end a message with, or nothing where no name is near. */
export function didYouMean(word: string, names: readonly string[], prefix = ''): string {
  const near = nearest(word, names)
  return near === undefined ? '' : ` (did you mean ${prefix}${near}?)`
}

/** The shortest name that begins so, else the one that the fewest changes make of it: one for each three letters. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const begun = names.filter(name => word.length > 1 && name.startsWith(word))
  const [shortest] = begun.toSorted((a, b) => a.length - b.length)
  if (shortest !== undefined) return shortest
  const distances = names.map(name => ({ name, distance: leven(plain(word), plain(name)) }))
  const [best] = distances.toSorted((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.ceil(word.length / 3) ? best.name : undefined
}

/** Case, and which of - and _ joins words, is what people mix up most. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '')
}
