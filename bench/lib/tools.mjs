// Small questions about the machine.
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'

/** @returns {string | undefined} the first thing in its output that looks like a version; nothing if it does not run */
export function version(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return status === 0 ? /\d+\.\d+[\w.]*/.exec(stdout + stderr)?.[0] : undefined
}

/** A port that was free a moment ago: for programs that cannot be told to take any. */
export async function freePort(host) {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}
