// Which of several claims about the size to follow, and whom to take the metadata from. Peers may lie; what is at stake
// before any data arrives is time, so that the likeliest is tried first and nothing is ruled out.
import { Attempt } from './attempt.ts'
import { BELIEVED_SIZE } from './size.ts'
import type { MetadataSource } from './source.ts'

/** All pieces from whoever claims the likeliest size; undefined: nobody can be asked now. */
export function chooseShared(sources: readonly MetadataSource[], now: number): Attempt | undefined {
  const bySize = new Map<number, MetadataSource[]>()
  for (const source of sources) bySize.set(source.size, [...(bySize.get(source.size) ?? []), source])
  const [best] = [...bySize]
    .map(([size, voices]) => ({ size, voices, plausible: size <= BELIEVED_SIZE || voices.length > 1 }))
    .filter(({ voices, plausible }) => voices.some(source => isWilling(source) && (plausible || !source.doubted)))
    .toSorted((a, b) => b.voices.length - a.voices.length || a.size - b.size)
  return best === undefined ? undefined : new Attempt(best.size, undefined, now)
}

/** All pieces from one source, the one that had the fewest turns; undefined: nobody can be asked now. */
export function chooseSole(sources: readonly MetadataSource[], now: number): Attempt | undefined {
  const [next] = sources
    .filter(source => isWilling(source) && !source.doubted)
    .toSorted((a, b) => a.turns - b.turns || a.size - b.size)
  return next === undefined ? undefined : new Attempt(next.size, next, now)
}

/** What a source refused before, it would refuse again: an attempt that begins with it might not get a single piece. */
function isWilling(source: MetadataSource): boolean {
  return source.ready && !source.refusing
}
