// What HTTP goes over: a connection leads to the addresses that were judged, since a second lookup could give others.
import type { LookupFunction } from 'node:net'
import { Client, type Dispatcher } from 'undici'
import type { Family } from '../discovery/ip.ts'
import { type ResolvedAddress, resolveHost } from './resolve.ts'

/** Milliseconds: for all of it, for an answer's header lines, and for a connection. */
export interface HttpTimeouts {
  readonly total: number
  readonly headers: number
  readonly connect: number
}

/** How names become addresses and addresses connections. */
export interface HttpNetwork {
  resolve(host: string, signal: AbortSignal, family?: Family): Promise<readonly ResolvedAddress[]>
  /** A connection to come, to one of these addresses and no other. */
  dispatcher(url: URL, addresses: readonly ResolvedAddress[], timeouts: HttpTimeouts): Dispatcher
}

export const realNetwork: HttpNetwork = {
  resolve: resolveHost,
  dispatcher(url, addresses, timeouts) {
    return new Client(url.origin, {
      connect: { lookup: pinned(addresses), timeout: timeouts.connect },
      headersTimeout: timeouts.headers,
      bodyTimeout: timeouts.total,
      pipelining: 0, // no keep-alive: a tracker is asked again in half an hour
    })
  },
}

function pinned(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (host, options, callback) => {
    const [first] = addresses
    if (first === undefined) callback(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '')
    else if (options.all === true) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
