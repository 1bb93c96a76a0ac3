// The names of stdout where a command is told where to write. Under all of them what is printed besides goes to stderr: written to
// /dev/stdout as to a file, it would stand behind the result and spoil it.
const NAMES: ReadonlySet<string> = new Set(['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'])

export function isStdout(output: string): boolean {
  return NAMES.has(output)
}
