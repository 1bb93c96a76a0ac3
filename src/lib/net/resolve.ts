// From host names to addresses.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { BtError } from '../base/errors.ts'
import type { Family } from '../discovery/ip.ts'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/**
 * The addresses of a name in the order of the operating system; a literal address, with or without the brackets of a
 * URL, is returned as it is.
 * @param wanted the only family to give; both by default.
 * @throws BtError HTTP_FAILED where there is none of that family, the error of the system's resolver (`ENOTFOUND`, `EAI_AGAIN`, …), or the signal's reason.
 */
export async function resolveHost(
  host: string,
  signal: AbortSignal,
  wanted?: Family,
): Promise<readonly ResolvedAddress[]> {
  signal.throwIfAborted()
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const literal = isIP(bare)
  const found =
    literal === 0 ? await abandonable(lookup(bare, { all: true }), signal) : [{ address: bare, family: literal }]
  const addresses = found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }) as const)
  if (wanted === undefined) return addresses
  const fitting = addresses.filter(({ family }) => family === wanted)
  if (fitting.length > 0) return fitting
  throw new BtError('HTTP_FAILED', `${bare} has no IPv${wanted} address`)
}

/** The system's resolver cannot be interrupted; its answer is just not waited for any longer. */
async function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason }))
    }
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
