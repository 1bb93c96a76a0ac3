// What must come of a hostile answer: an error whose code names the thing, or the safe reading.
import type { ErrorCode } from '../../src/lib/base/errors.ts'
import type { AnnounceResponse } from '../../src/lib/plugin/api.ts'

export type Expected =
  | { readonly error: ErrorCode; readonly says: RegExp }
  | { readonly answer: Partial<AnnounceResponse> }
  /** The peers that are worth a connection. */
  | { readonly dialled: readonly string[] }
