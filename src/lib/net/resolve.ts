// From host names to addresses.
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/**
 * The addresses of a name in the order of the operating system; a literal address, with or without the brackets of a
 * URL, is returned as it is.
 * @throws the error of the system's resolver (`ENOTFOUND`, `EAI_AGAIN`, …), or the signal's reason.
 */
export async function resolveHost(host: string, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
  signal.throwIfAborted()
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const literal = isIP(bare)
  if (literal !== 0) return [{ address: bare, family: literal === 6 ? 6 : 4 }]
  const found = await abandonable(lookup(bare, { all: true }), signal)
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
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
