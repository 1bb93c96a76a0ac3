/**
 * `bt` as a user has it: packed, unpacked into a `node_modules` elsewhere, its dependencies beside it. Those are linked from
 * this checkout, so that no registry is needed; what is bundled comes from the package alone.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url))

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface PackedBt {
  readonly folder: string
  /** The folder that everything runs in; empty at first. */
  readonly cwd: string
  /** Runs a program that may import the installed package. */
  program(source: string): Promise<Outcome>
  /** Runs `bt`. */
  bt(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>
  remove(): Promise<void>
}

export async function installPacked(): Promise<PackedBt> {
  const folder = await mkdtemp(join(tmpdir(), 'bt-packed-'))
  const modules = join(folder, 'app', 'node_modules')
  const cwd = join(folder, 'work')
  await Promise.all([mkdir(modules, { recursive: true }), mkdir(cwd)])
  await unpack(await pack(ROOT, folder), join(modules, 'bt-toolbox'))
  await linkDependencies(modules)
  const home = {
    HOME: folder,
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    // Nothing here may reach a registry.
    npm_config_offline: 'true',
  }
  const bin = join(modules, 'bt-toolbox', 'bin', 'run.js')
  const env = { ...process.env, ...home }
  return {
    folder,
    cwd,
    program: async source => {
      const path = join(folder, 'app', 'program.mjs')
      await writeFile(path, source)
      return runToEnd(path, [], { cwd, env })
    },
    bt: (args, more = {}) => runToEnd(bin, args, { cwd, env: { ...env, ...more } }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

/** Packs a package as it stands (no `prepack`: the build under test is there already). @returns the tarball's path */
export async function pack(source: string, destination: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', destination]
  const { stdout } = await run('npm', args, { cwd: source, maxBuffer: 64 * 1024 * 1024 })
  const name = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1]
  if (name === undefined) throw new Error(`npm pack named no file: ${stdout.slice(0, 500)}`)
  return join(destination, name)
}

async function unpack(tarball: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true })
  await run('tar', ['xzf', tarball, '-C', into, '--strip-components=1'])
}

async function linkDependencies(modules: string): Promise<void> {
  const from = join(ROOT, 'node_modules')
  for (const name of await readdir(from)) {
    if (name.startsWith('.') || name === '@bt-toolbox' || name === 'bt-toolbox') continue
    await symlink(join(from, name), join(modules, name))
  }
}

async function runToEnd(bin: string, args: readonly string[], options: object): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(process.execPath, [bin, ...args], {
      ...options,
      timeout: 50_000,
      encoding: 'utf8',
    })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string }
    return { code: typeof code === 'number' ? code : -1, stdout: stdout ?? '', stderr: stderr ?? '' }
  }
}
