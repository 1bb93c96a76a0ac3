// The end of what is written. Whoever reads slowly gets all of it; but once the user wants out, who reads nothing keeps nobody.
import type { Writable } from 'node:stream'

/** Milliseconds in which something has to be read, once the user wants out. */
export const UNREAD_TIME = 2_000

let wanted = false
const others: Writable[] = []

/** The user wants out: an interruption has ended the command. */
export function wantOut(): void {
  wanted = true
}

/** Waited for in the end as stdout and stderr are, at the same time. */
export function alsoWritten(output: Writable): void {
  others.push(output)
}

/** Settles once all is written, or nobody reads. */
export async function written(...outputs: readonly Writable[]): Promise<void> {
  await Promise.all([...outputs, ...others].map(output => writtenTo(output, wanted)))
}

export async function writtenTo(output: Writable, hurry: boolean): Promise<void> {
  const flushed = new Promise<'flushed'>(resolve => output.write('', () => resolve('flushed')))
  if (!hurry) return void (await flushed)
  for (let left = Infinity; output.writableLength < left;) {
    left = output.writableLength
    const timeout = new Promise<'unread'>(resolve => setTimeout(resolve, UNREAD_TIME, 'unread'))
    if ((await Promise.race([flushed, timeout])) === 'flushed') return
  }
}
