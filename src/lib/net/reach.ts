// A redirect never leads nearer than where it comes from: what only this machine, its link or its network can ask for is no
// business of a server further out.
import { ipScope, isLinkLocal } from '../discovery/ip.ts'
import type { ResolvedAddress } from './resolve.ts'

/** From `here`, which is this machine, to the whole internet. */
const REACHES = ['here', 'link-local', 'private', 'public'] as const
export type Reach = (typeof REACHES)[number]

export function reachOf(address: string): Reach {
  if (isLinkLocal(address)) return 'link-local'
  const scope = ipScope(address)
  return scope === 'public' || scope === 'private' ? scope : 'here'
}

/** The furthest: who answers for a name says which addresses it has, and may add nearer ones to look harmless. */
export function furthest(addresses: readonly ResolvedAddress[], least: Reach): Reach {
  const all = addresses.map(({ address }) => REACHES.indexOf(reachOf(address)))
  return REACHES[Math.max(REACHES.indexOf(least), ...all)] ?? least
}

/** Those that are no nearer; a name that has nearer ones too is not asked there. */
export function notNearer(addresses: readonly ResolvedAddress[], than: Reach): readonly ResolvedAddress[] {
  return addresses.filter(({ address }) => REACHES.indexOf(reachOf(address)) >= REACHES.indexOf(than))
}
