import { describe, expect, test } from 'vitest'
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { bt } from './support/run-bt.ts'

const COMMANDS = [
  'info',
  'peers',
  'scrape',
  'handshake',
  'magnet_parse',
  'magnet_handshake',
  'magnet_info',
  'create',
  'decode',
  'edit',
  'encode',
  'link',
  'verify',
  'tracker',
]

describe.each(COMMANDS)('bt %s --help', command => {
  test('has a summary and examples that can be typed as they stand', async () => {
    const { stdout, stderr, code } = await bt([command, '--help'])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
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
