// oclif's configuration, whatever the users' plugins do while it is loaded: to know the commands of a plugin without
// a manifest, oclif imports them, and waits for ever for one that never ends loading.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config as OclifConfig } from '@oclif/core'
import { dataFolder } from './folders.ts'

/** Milliseconds. Even hundreds of commands are imported in a part of this. */
const LOAD_TIMEOUT = 5_000

/** What of oclif's class is used. */
type ConfigLoader = Pick<typeof OclifConfig, 'load'>

/** @param root of the package. @param warn is told which plugins were left out, if they had to be. */
export async function loadOclifConfig(
  Config: ConfigLoader,
  root: string,
  warn: (message: string) => void,
  timeout: number = LOAD_TIMEOUT,
): Promise<OclifConfig> {
  const loading = Config.load({ root })
  // One that fails is oclif's to tell of, once it is waited for again.
  if (await endsWithin(timeout, loading)) return loading
  const whose = suspects(dataFolder(process.env)).toSorted().join(' or ')
  warn(
    `the plugins that you installed are left out: a command of ${whose || 'a plugin'} did not load within ${timeout} ms; remove the one at fault with "bt plugins uninstall"`,
  )
  return Config.load({ root, userPlugins: false })
}

interface Listed {
  readonly name: string
  /** Of a linked one. */
  readonly root?: string
}

/** The plugins whose commands had to be imported. */
function suspects(folder: string): readonly string[] {
  const { oclif } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly oclif: { readonly plugins: readonly Listed[] }
  }
  return oclif.plugins
    .filter(({ name, root = join(folder, 'node_modules', name) }) => !existsSync(join(root, 'oclif.manifest.json')))
    .map(({ name }) => name)
}

/** The timer keeps the process alive too, which would end, silently, where nothing else is to be waited for. */
async function endsWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => true,
      ),
      late,
    ])
  } finally {
    clearTimeout(timer)
  }
}
