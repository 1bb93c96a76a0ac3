// Whoever makes a .torrent file chooses what we send a GET to, and services on our own machine may trust any that comes
// from there, as may those on its link: a cloud's machines get their credentials so. Like libtorrent (`ssrf_mitigation`), ask
// there only for what looks like a tracker.
import { BtError } from '../base/errors.ts'
import { canonicalHost, ipScope, isLinkLocal } from '../discovery/ip.ts'
import type { ResolvedAddress } from './resolve.ts'

const TRACKER_PATH = /^\/(announce|scrape)/
/** Where clouds have such a service at an address that is not link-local: Alibaba's, Oracle's, Amazon's over IPv6. */
const CLOUD_METADATA: ReadonlySet<string> = new Set(['100.100.100.200', '192.0.0.192', 'fd00:ec2::254'])

/**
 * @param addresses those that will be connected to: a name or a spelling may hide what they are.
 * @throws BtError HTTP_FAILED where one of them is on this machine or its link and the path is no tracker's.
 */
export function refuseTrap(url: URL, addresses: readonly ResolvedAddress[]): void {
  if (TRACKER_PATH.test(url.pathname) || !addresses.some(({ address }) => isHere(address))) return
  throw new BtError(
    'HTTP_FAILED',
    `${url.origin}${url.pathname} is not asked for: on this machine and its link only paths that start with /announce or /scrape are`,
  )
}

/** The unspecified addresses connect to the loopback too. */
function isHere(address: string): boolean {
  const scope = ipScope(address)
  if (scope === 'loopback' || scope === 'unspecified') return true
  return isLinkLocal(address) || CLOUD_METADATA.has(canonicalHost(address))
}
