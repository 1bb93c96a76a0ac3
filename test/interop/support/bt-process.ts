/** Runs the built command line, apart from whatever the user of this machine has installed or set. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Child, Exit } from './child.ts'
import type { Lab } from './lab.ts'
import type { Namespace } from './namespace.ts'

const RUN = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** Starts `bt` with its settings, state and cache under `home`. */
export function startBt(ns: Namespace, home: string, ...args: readonly string[]): Child {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
    NO_COLOR: '1',
  }
  return ns.spawn(process.execPath, [RUN, ...args], { cwd: home, env })
}

export interface Outcome extends Exit {
  readonly stdout: string
  readonly stderr: string
}

/** Runs `bt` to its end, whatever that is. */
export async function runBt(lab: Lab, ...args: readonly string[]): Promise<Outcome> {
  const child = startBt(lab.ns, await lab.folder('bt home'), ...args)
  const exit = await child.exit()
  return { ...exit, stdout: child.stdout, stderr: child.stderr }
}

/** Runs `bt`, which is to succeed, and gives what it printed to standard output. */
export async function bt(lab: Lab, ...args: readonly string[]): Promise<string> {
  const child = startBt(lab.ns, await lab.folder('bt home'), ...args)
  await child.success()
  return child.stdout
}
