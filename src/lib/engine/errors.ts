// Whatever was thrown, as an error with a code.
import { BtError, messageOf } from '../base/errors.ts'

export function asBtError(error: unknown): BtError {
  return error instanceof BtError ? error : new BtError('INTERNAL', messageOf(error), { cause: error })
}
