// What is fuzzed: a parser, what to begin with, and what must hold of every input.
import { BtError, type ErrorCode } from '../src/lib/base/errors.ts'

export interface Target {
  readonly name: string
  /** What must hold, in a line. */
  readonly promise: string
  /** Valid inputs, and a few odd ones, that mutation starts from. */
  readonly seeds: readonly [Uint8Array, ...Uint8Array[]]
  /** Of the BtErrors that bad input may raise; none: it must not throw at all. */
  readonly throws: readonly ErrorCode[]
  /** Words of the format, to be put in anywhere. */
  readonly words?: readonly string[]
  /** Whether inputs are bencode, so that values can be changed as well as bytes. */
  readonly bencoded?: boolean
  /** Bytes of an input; 2,048 unless something longer is worth its time. */
  readonly maxLength?: number
  /**
   * Parses, and throws what is not a BtError where a promise is broken.
   * @returns what kind of result it was: an input with one that is new is kept, to be mutated further.
   */
  run(input: Uint8Array): string
}

/** Whether bad input may raise this. */
export function isAllowed(target: Target, error: unknown): error is BtError {
  return error instanceof BtError && target.throws.includes(error.code)
}

/** What kind of failure this is: its words without the numbers and names of one input. */
export function kindOf(error: unknown): string {
  const name = error instanceof BtError ? error.code : error instanceof Error ? error.name : typeof error
  return `${name}: ${wordsOf(error instanceof Error ? error.message : String(error))}`
}

/** A message without what it quotes and counts. */
export function wordsOf(message: string): string {
  return message
    .slice(0, 200)
    .replaceAll(/"[^"]*"?/g, '""')
    .replaceAll(/\b(?:0x)?[\da-f]*\d[\da-f]*\b/gi, '#')
}

/** How large a number is, roughly: results that differ less are of one kind. */
export function sizeOf(count: number): string {
  return count <= 3 ? String(count) : count < 64 ? '4+' : '64+'
}

export function check(holds: boolean, promise: string): asserts holds {
  if (!holds) throw new BrokenPromise(promise)
}

export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}
