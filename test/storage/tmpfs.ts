// A small file system of the test's own, in a mount namespace that a child process holds: the rest of the machine never
// sees it, and it is gone with the child.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})

/** A path to its root, or undefined where this machine does not allow it. `options` as of mount(8). */
export async function mountTmpfs(options: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const namespaces = process.getuid?.() === 0 ? '-m' : '-rm'
  const script = 'mount -t tmpfs -o "$1" tmpfs /mnt && echo mounted && exec cat'
  const child = spawn('unshare', [namespaces, 'sh', '-c', script, 'sh', options], { stdio: ['pipe', 'pipe', 'ignore'] })
  children.push(child)
  const mounted = once(child.stdout, 'data').then(() => true)
  const failed = Promise.race([once(child, 'exit'), once(child, 'error')]).then(() => false)
  return (await Promise.race([mounted, failed])) ? `/proc/${child.pid}/root/mnt` : undefined
}
