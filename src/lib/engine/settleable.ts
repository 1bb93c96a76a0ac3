// A promise and the two ways to end it, for state that others wait on.
import { BtError } from '../base/errors.ts'

export interface Settle<T> {
  resolve(value: T): void
  reject(error: BtError): void
}

/** A promise and its ends. Nobody need listen: an unheard rejection is not an unhandled one. */
export function settleable<T>(): [Promise<T>, Settle<T>] {
  let settle: Settle<T> | undefined
  const promise = new Promise<T>((resolve, reject) => {
    settle = { resolve, reject }
  })
  promise.catch(() => undefined)
  if (settle === undefined) throw new BtError('INTERNAL', 'a promise runs its executor at once')
  return [promise, settle]
}
