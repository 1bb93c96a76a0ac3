// Before the command-line tests: they run bin/run.js, which is made of what the build writes.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export default function setup(): void {
  const root = fileURLToPath(new URL('../../..', import.meta.url))
  for (const command of [['node_modules/typescript/bin/tsc', '-b'], ['scripts/bundle.mjs']])
    execFileSync(process.execPath, command, { cwd: root, stdio: 'inherit' })
}
