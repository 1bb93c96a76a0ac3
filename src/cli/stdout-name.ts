// The names of stdout where a command is told where to write. Under all of them what is printed besides goes to stderr: written to
// /dev/stdout as to a file, it would stand behind the result and spoil it.
import { BtError } from '../lib/base/errors.ts'

const NAMES: ReadonlySet<string> = new Set([
  '-',
  '/dev/stdout',
  '/dev/fd/1',
  '/proc/self/fd/1',
  '/proc/thread-self/fd/1',
])

export function isStdout(output: string): boolean {
  return NAMES.has(output)
}

/** @throws BtError USAGE where stdout shows what is written to somebody who can do nothing with bytes */
export function refuseTerminal(): void {
  if (!process.stdout.isTTY) return
  throw new BtError(
    'USAGE',
    'stdout is a terminal; write to a file (> FILE), pipe it into a program, or name a file with -o',
  )
}
