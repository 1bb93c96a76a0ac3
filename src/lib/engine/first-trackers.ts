// A torrent names as many trackers as its maker likes, and each costs an announce, a timer and memory: no more than a limit
// of them are ever asked. What `info` shows and `edit` changes is all of them.

/** Far more than any list of public trackers has. */
export const MAX_TRACKERS = 1_000

/** The first of them, tier by tier. */
export function firstTrackers(tiers: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const kept: (readonly string[])[] = []
  let room = MAX_TRACKERS
  for (const tier of tiers) {
    if (room === 0) break
    const urls = tier.slice(0, room)
    room -= urls.length
    kept.push(urls)
  }
  return kept
}

/** What whoever runs a torrent should know of those that are never asked; undefined where all are. */
export function notAsked(source: {
  readonly metainfo?: { readonly tiers: readonly (readonly string[])[] }
  readonly magnet?: { readonly trackers: readonly string[] }
}): string | undefined {
  const { metainfo, magnet } = source
  const named = metainfo?.tiers.reduce((sum, tier) => sum + tier.length, 0) ?? magnet?.trackers.length ?? 0
  if (named <= MAX_TRACKERS) return undefined
  return `of ${named} trackers, the first ${MAX_TRACKERS} are asked; name others that matter with --tracker`
}
