// Where oclif keeps what belongs to a user, for who has not loaded it: test/cli/short-way.test.ts holds the two side by side.
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** The name under which oclif looks for settings and folders; package.json says `bin` and `dirname`. */
const BIN = 'bt'

export type Environment = Readonly<Record<string, string | undefined>>

/** What users install (`dataDir` of oclif's Config). */
export function dataFolder(env: Environment, windows: boolean = process.platform === 'win32'): string {
  return env['BT_DATA_DIR'] || userFolder(env, 'XDG_DATA_HOME', '.local/share', windows)
}

/** What users set (`configDir` of oclif's Config). */
export function configFolder(env: Environment, windows: boolean = process.platform === 'win32'): string {
  return env['BT_CONFIG_DIR'] || userFolder(env, 'XDG_CONFIG_HOME', '.config', windows)
}

function userFolder(env: Environment, variable: string, otherwise: string, windows: boolean): string {
  const local = windows ? env['LOCALAPPDATA'] : undefined
  return join(env[variable] || local || join(env['HOME'] || homedir() || tmpdir(), otherwise), BIN)
}
