// Makes a failing input small: ranges are taken out, the longest first, then bytes made plain, as long as it fails alike.
import { Failure, Judge } from './judge.ts'
import type { Target } from './target.ts'

const MAX_EXECUTIONS = 20_000
const ZERO = 0x30

/** @returns an input no longer than this that fails in the same way. */
export function shrink(target: Target, input: Uint8Array, kind: string): Uint8Array {
  const judge = new Judge(target, 1)
  const fails = (candidate: Uint8Array): boolean => {
    if (judge.executions >= MAX_EXECUTIONS) return false
    try {
      judge.execute(candidate)
      return false
    } catch (error) {
      return error instanceof Failure && error.kind === kind
    }
  }
  const shortest = shorten(input, fails)
  return plain(shortest, fails)
}

type Fails = (candidate: Uint8Array) => boolean

function shorten(input: Uint8Array, fails: Fails): Uint8Array {
  let best = input
  for (let length = Math.ceil(input.length / 2); length >= 1; length = length > 1 ? Math.ceil(length / 2) : 0) {
    for (let at = 0; at < best.length;) {
      const candidate = new Uint8Array([...best.subarray(0, at), ...best.subarray(at + length)])
      if (fails(candidate)) best = candidate
      else at += length
    }
  }
  return best
}

function plain(input: Uint8Array, fails: Fails): Uint8Array {
  let best = input
  for (let at = 0; at < best.length; at++) {
    if (best[at] === ZERO) continue
    const candidate = best.slice()
    candidate[at] = ZERO
    if (fails(candidate)) best = candidate
  }
  return best
}
