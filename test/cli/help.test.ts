import { describe, expect, test } from 'vitest'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { HELP_TOPICS } from '../../src/cli/help-topics.ts'
import { ERROR_EXIT_CODES } from '../../src/lib/base/errors.ts'
import { bt } from './support/run-bt.ts'

const COLUMNS = 80

describe.each(Object.keys(manifest.commands))('bt %s --help', command => {
  test('has a summary and examples that can be typed as they stand', async () => {
    const { stdout, stderr, code } = await bt([command, '--help'])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/\nEXIT CODES\n {2}0 done, /)
    expect(stdout).toMatch(
      new RegExp(`\\nENVIRONMENT\\n {2}BT_${command.toUpperCase()}_[A-Z_]+(?:, or BT_[A-Z_]+ for| gives)`),
    )
    expect(stdout).toMatch(/^[A-Z][^\n]+\.\n\nUSAGE\n/)
    // Long examples are wrapped: a new one starts with the prompt.
    const examples = (stdout.split('\nEXAMPLES\n')[1] ?? '').split(/^ {2}\$ /m).slice(1)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      expect(example).toMatch(new RegExp(`^bt ${command}\\b`))
      expect(example).not.toContain('…')
      const link = /"(magnet:[^"]*)"/.exec(example.replaceAll(/\n\s+/g, ''))?.[1]
      if (link !== undefined) expect(parseMagnet(link).infoHash).toHaveLength(20)
    }
  })
})

test('a command that needs an argument says so, and is wrong usage', async () => {
  const { stdout, stderr, code } = await bt(['info'])
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toMatch(/^bt: missing argument: torrent\n/)
  expect(stderr).not.toContain('    at ')
})

test.each(Object.values(ERROR_EXIT_CODES))('`bt help exit-codes` says what %i means', code => {
  expect(HELP_TOPICS.get('exit-codes')?.text).toMatch(new RegExp(`^ +${code}  \\w`, 'm'))
})

test('`bt help` lists its pages, and each is no wider than a terminal', async () => {
  const { stdout } = await bt(['help'])
  for (const [name, { text }] of HELP_TOPICS) {
    expect(stdout).toContain(`bt help ${name}`)
    expect(text.split('\n').filter(line => line.length > COLUMNS)).toEqual([])
  }
  expect((await bt(['help', 'config'])).stdout).toBe(HELP_TOPICS.get('config')?.text)
})

test.each(['install', 'link', 'update'])('bt plugins %s --help says whose rights a plugin has', async command => {
  const { stdout } = await bt(['plugins', command, '--help'])
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'TRUST A plugin runs inside of bt with all your rights: install only what',
  )
})

test.each([['decode', '-h'], ['-h']])('-h is --help: %s', async (...words) => {
  const long = words.map(word => word.replace('-h', '--help'))
  expect(await bt(words)).toEqual(await bt(long))
})
