// Whoever makes a .torrent file chooses what we send a GET to, and services on our own machine may trust any that comes
// from there. Like libtorrent (`ssrf_mitigation`), ask there only for what looks like a tracker.
import { BtError } from '../base/errors.ts'
import { ipScope } from '../discovery/ip.ts'
import type { ResolvedAddress } from './resolve.ts'

const TRACKER_PATH = /^\/(announce|scrape)/

/**
 * @param addresses those that will be connected to: a name or a spelling may hide the loopback.
 * @throws BtError HTTP_FAILED where one of them is on this machine and the path is no tracker's.
 */
export function refuseTrap(url: URL, addresses: readonly ResolvedAddress[]): void {
  if (TRACKER_PATH.test(url.pathname) || !addresses.some(({ address }) => isHere(address))) return
  throw new BtError(
    'HTTP_FAILED',
    `${url.origin}${url.pathname} is not asked for: on this machine only paths that start with /announce or /scrape are`,
  )
}

/** The unspecified addresses connect to the loopback too. */
function isHere(address: string): boolean {
  const scope = ipScope(address)
  return scope === 'loopback' || scope === 'unspecified'
}
