import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bt, tempFolder } from './support/run-bt.ts'
import { hasShell, Shell, type ShellName } from './support/shell.ts'

const SHELLS: readonly ShellName[] = ['bash', 'zsh', 'fish']

/** With one torrent, one other file and one folder, none of which begins as another does. */
function workplace(): string {
  const folder = tempFolder()
  for (const name of ['one.torrent', 'other name.txt']) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'place'))
  return folder
}

describe.each(SHELLS)('in %s', shell => {
  test.skipIf(!hasShell(shell))(
    'Tab completes commands, flags, their values, and files',
    { timeout: 90_000 },
    async () => {
      const { stdout, code } = await bt(['completion', shell])
      expect(code).toBe(0)
      const typed = new Shell(shell, stdout, workplace())
      await typed.loaded()
      expect(await typed.type('bt magnet_p\t x')).toBe('<magnet_parse><x>')
      expect(await typed.type('bt download --prea\t x')).toBe('<download><--prealloc><x>')
      expect(await typed.type('bt info x --log-level tr\t')).toBe('<info><x><--log-level><trace>')
      expect(await typed.type('bt info one\t')).toBe('<info><one.torrent>')
      expect(await typed.type('bt create oth\t')).toBe('<create><other name.txt>')
      expect(await typed.type('bt decode -f oth\t')).toBe('<decode><-f><other name.txt>')
      expect(await typed.type('bt seed --path pl\t')).toMatch(/^<seed><--path><place\/?>$/)
      expect(await typed.type('bt plugins uninst\t x')).toBe('<plugins><uninstall><x>')
      expect(await typed.type('bt help environ\t')).toBe('<help><environment>')
      expect(await typed.type('bt peers --numwant one\t')).toBe('<peers><--numwant><one>')
    },
  )

  test('the script has every command, also a second name', async () => {
    const { stdout } = await bt(['completion', shell])
    const { stdout: help } = await bt(['--help'])
    const commands = [...(help.split('\nCOMMANDS\n')[1]?.split('\n\n')[0] ?? '').matchAll(/^ {2}(\w+)/gm)]
    expect(commands.length).toBeGreaterThan(18)
    for (const [, name = ''] of commands) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`))
    expect(stdout).toContain('magnet_download')
  })
})

test.skipIf(!hasShell('bash'))(
  'bash completes what follows an equals sign, and lists what is ambiguous once',
  async () => {
    const { stdout } = await bt(['completion', 'bash'])
    const ask = (...words: readonly string[]): readonly string[] => {
      const quoted = words.map(word => `'${word}'`).join(' ')
      const script = `${stdout}COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _bt; printf '%s\n' "\${COMPREPLY[@]}"`
      const { stdout: lines } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: workplace() })
      return lines.split('\n').filter(Boolean)
    }
    expect(ask('bt', 'info', '--log-format', '=', 'j')).toEqual(['json'])
    expect(ask('bt', 'info', '--log-format', '=')).toEqual(['text', 'json'])
    expect(ask('bt', 'download', '--max-')).toEqual(['--max-down', '--max-up'])
    expect(ask('bt', 'plugins', 'install', '--hel')).toEqual(['--help'])
    expect(ask('bt', 'announce', 'x', '--event', '')).toEqual(['started', 'completed', 'stopped', 'none'])
    expect(ask('bt', 'create', '--sort-by', 's')).toEqual(['size', 'size:desc'])
    expect(ask('bt', 'completion', '')).toEqual(['bash', 'zsh', 'fish'])
    expect(ask('bt', 'info', '')).toEqual(['one.torrent', 'place'])
  },
)

test('another shell is wrong usage', async () => {
  const { stderr, code } = await bt(['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^bt: Expected tcsh to be one of: bash, zsh, fish\n/)
})
