// What the contract demands of a plugin, as cases that any test runner can run: each throws where a promise of api.ts is
// broken. The bundled plugins are held to the same ones.
import assert from 'node:assert/strict'
import type { PeerAddress } from '../base/address.ts'

/**
 * One demand. With any runner:
 * `for (const { name, run } of trackerContract({ tracker, url, world })) test(name, run)`
 */
export interface ContractCase {
  /** A sentence. */
  readonly name: string
  /** Rejects, with what was wrong, where the demand is not met. */
  readonly run: () => Promise<void>
}

export function assertAddresses(peers: unknown, whose: string): void {
  assert.ok(Array.isArray(peers), `${whose} must be a list of { host, port }`)
  for (const peer of peers as readonly Partial<PeerAddress>[]) {
    assert.equal(typeof peer?.host, 'string', `${whose} must have a host each, as text`)
    assert.notEqual(peer.host, '', `${whose} must have a host each, as text`)
    const { port = 0 } = peer
    assert.ok(
      Number.isInteger(port) && port > 0 && port < 65_536,
      `${whose} must have a port of 1 to 65535, not ${port}`,
    )
  }
}

/** What the user reads: something, on lines without characters that move a terminal's cursor. */
export function assertReadable(message: string, whose: string): void {
  assert.notEqual(message.trim(), '', `${whose} must say what was wrong`)
  assert.doesNotMatch(
    message,
    /\p{Cc}|\p{Cf}/u,
    `${whose} must have no control characters, but is ${JSON.stringify(message)}`,
  )
}

/** What a promise came to, without throwing. */
export async function settled(
  promise: Promise<unknown>,
): Promise<{ readonly value: unknown } | { readonly error: unknown }> {
  try {
    return { value: await promise }
  } catch (error) {
    return { error }
  }
}

/** Lets everything happen that needs no time to pass. */
export function turn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}

/** Rejects where the promise is not settled within so many rounds of the event loop. */
export async function within<T>(turns: number, promise: Promise<T>, complaint: string): Promise<T> {
  const late = async (): Promise<never> => {
    for (let i = 0; i < turns; i++) await turn()
    throw new assert.AssertionError({ message: complaint })
  }
  return Promise.race([promise, late()])
}

/** Reproducible bytes of every kind: empty, short, long. */
export function nonsense(seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: (seed * seed) % 200 }, () => {
    state = (Math.imul(state + 1, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}
