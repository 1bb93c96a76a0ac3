// What adding, removing and replacing make of a torrent's trackers and web seeds.

export interface ListEdits<T> {
  /** In place of all that is there. */
  readonly set?: readonly T[]
  readonly add?: readonly T[]
  readonly remove?: readonly string[]
  /** Part of a URL and what comes in its place, in every one that has it. */
  readonly replace?: readonly (readonly [old: string, fresh: string])[]
}

type Tiers = readonly (readonly string[])[]

/** Each tier that is added comes after those that are there (BEP 12); no URL stands twice, and no tier is empty. */
export function editTiers(
  tiers: Tiers,
  { set, add = [], remove = [], replace = [] }: ListEdits<readonly string[]>,
): Tiers {
  const seen = new Set<string>()
  const kept = (set ?? tiers).map(tier => tier.filter(url => !remove.includes(url)).map(url => replaced(url, replace)))
  return [...kept, ...add]
    .map(tier => tier.filter(url => !seen.has(url) && seen.add(url)))
    .filter(tier => tier.length > 0)
}

export function editUrls(urls: readonly string[], edits: ListEdits<string>): readonly string[] {
  const { set, add, ...rest } = edits
  const tier = (list: readonly string[] = []): Tiers => [list]
  return editTiers(tier(set ?? urls), { ...rest, ...(add !== undefined && { add: tier(add) }) }).flat()
}

/** Those of `remove` that are not there, and those of `replace` that no URL contains. */
export function unused(
  urls: readonly string[],
  { set, remove = [], replace = [] }: ListEdits<unknown>,
): readonly string[] {
  if (set !== undefined) return []
  return [
    ...remove.filter(url => !urls.includes(url)),
    ...replace.map(([old]) => old).filter(old => !urls.some(url => url.includes(old))),
  ]
}

function replaced(url: string, replace: readonly (readonly [old: string, fresh: string])[]): string {
  return replace.reduce((changed, [old, fresh]) => changed.replaceAll(old, fresh), url)
}
