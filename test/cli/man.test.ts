import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { ROOT } from './support/packed.ts'

test('the man page has every command and flag, and nothing that troff does not know', () => {
  execFileSync(process.execPath, ['scripts/man.mjs'], { cwd: ROOT })
  const path = join(ROOT, 'dist/man/bt.1')
  const page = readFileSync(path, 'utf8')
  for (const [name, { flags }] of Object.entries(manifest.commands)) {
    expect(page).toMatch(new RegExp(`^\\.SS bt ${name}( |$)`, 'm'))
    for (const flag of Object.keys(flags)) expect(page).toContain(`\\-${flag.replaceAll('-', String.raw`\-`)}`)
  }
  expect(page).toMatch(/^\.SH WHAT THE EXIT CODE OF A COMMAND MEANS$/m)
  const { status, stderr } = spawnSync('groff', ['-man', '-ww', '-Tutf8', path], { encoding: 'utf8' })
  // Where there is no groff, nobody is asked.
  if (status !== null) expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
