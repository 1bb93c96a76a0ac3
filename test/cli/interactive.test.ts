import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'
import { CTRL_C, CTRL_Z, hasTerminal, Terminal } from './support/terminal.ts'

const FILES = { 'a.bin': 3 * PIECE, 'b.bin': 2 * PIECE, 'sub/c.bin': PIECE }
const DOWN = `${String.fromCharCode(27)}[B`
const ENTER = '\r'

const shown = (folder: string): string[] => readdirSync(folder).filter(name => !name.startsWith('.'))

describe.skipIf(!hasTerminal)('bt download --interactive', () => {
  test.each([
    ['by .torrent', 'download'],
    ['by magnet link, once the metadata is there', 'download_magnet'],
  ])('lists the files, and downloads those that are chosen, %s', async (_, command) => {
    const content = makeContent({ name: 'album', files: FILES })
    const peer = await seedingPeer(content, { withMetadata: true })
    const out = join(tempFolder(), 'out')
    const what = command === 'download' ? content.torrent : content.magnet
    const terminal = new Terminal([command, what, '--peer', peer.address, '-o', out, '-i'], {
      columns: 80,
      noColor: true,
    })
    await terminal.shows(/Files of album[^]*◉ +48\.0 KiB {2}a\.bin[^]*◉ +16\.0 KiB {2}sub\/c\.bin/)
    terminal.type(`${DOWN} ${ENTER}`)
    expect(await terminal.ended).toBe(0)
    expect(terminal.drawn).toMatch(/2 files, 64\.0 KiB/)
    expect(terminal.drawn).toMatch(/Download album \(\d of \d+ files\) - done/)
    expect(shown(out)).toEqual(['a.bin', 'sub'])
    expect(content.files.get('a.bin')?.equals(readFileSync(join(out, 'a.bin')))).toBe(true)
  })

  test('marks what --select says', async () => {
    const content = makeContent({ name: 'album', files: FILES })
    const peer = await seedingPeer(content)
    const out = join(tempFolder(), 'out')
    const args = ['download', content.torrent, '--peer', peer.address, '-o', out, '--interactive', '--select', 'sub/']
    const terminal = new Terminal(args, { columns: 80, noColor: true })
    await terminal.shows(/◯ +48\.0 KiB {2}a\.bin[^]*◉ +16\.0 KiB {2}sub\/c\.bin/)
    terminal.type(ENTER)
    expect(await terminal.ended).toBe(0)
    expect(shown(out)).toEqual(['sub'])
  })

  test.runIf(process.platform === 'linux')('still takes an answer once it was stopped by Ctrl-Z', async () => {
    const content = makeContent({ name: 'album', files: FILES })
    const peer = await seedingPeer(content)
    const out = join(tempFolder(), 'out')
    const args = ['download', content.torrent, '--peer', peer.address, '-o', out, '-i']
    const terminal = new Terminal(args, { columns: 80, noColor: true })
    await terminal.shows(/sub\/c\.bin/)
    terminal.drawn = ''
    // No shell waits for it, so the system does not let it stop.
    terminal.type(CTRL_Z)
    await terminal.shows(/\[\?25h/)
    process.kill(terminal.pid, 'SIGCONT')
    await terminal.shows(/\[\?25h[^]*\[\?25l/)
    terminal.type(`${DOWN} ${ENTER}`)
    expect(await terminal.ended).toBe(0)
    expect(shown(out)).toEqual(['a.bin', 'sub'])
  })

  test('ends with 130 where the answer is Ctrl-C, and leaves nothing', async () => {
    const content = makeContent({ name: 'album', files: FILES })
    const out = join(tempFolder(), 'out')
    const terminal = new Terminal(['download', content.torrent, '-o', out, '-i'], { columns: 80, noColor: true })
    await terminal.shows(/sub\/c\.bin/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    expect(existsSync(out)).toBe(false)
    expect(terminal.drawn).not.toMatch(/fault|Error/)
  })
})

test('bt download --interactive is wrong usage where nobody can be asked', async () => {
  const content = makeContent({ name: 'album', files: FILES })
  const { stdout, stderr, code } = await bt(['download', content.torrent, '--interactive'])
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toContain('choose with --select')
})
