// What is drawn on a terminal. util-linux's `script` gives the command one; where it is missing, only the piped case runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { emptyContent, makeContent, PIECE } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'
import { CTRL_C, CTRL_Z, hasTerminal, Terminal, type Look } from './support/terminal.ts'

const ESCAPE = String.fromCharCode(27)
const SHOW_CURSOR = `${ESCAPE}[?25h`
const HIDE_CURSOR = `${ESCAPE}[?25l`
const ESCAPES = new RegExp(`${ESCAPE}\\[[\\d;?]*[A-Za-z]`, 'g')
const COLOUR = new RegExp(`${ESCAPE}\\[\\d+m`)

/** A download that got 3 pieces of 5, drawn on a terminal. */
async function halfway(look: Look): Promise<Terminal> {
  const content = makeContent({ name: 'a.bin', files: 5 * PIECE })
  const peer = await seedingPeer(content, { limit: 3, withMetadata: true })
  const args = ['--peer', peer.address, '-o', join(tempFolder(), 'out')]
  return new Terminal(['download_magnet', content.magnet, ...args], look)
}

describe.skipIf(!hasTerminal)('bt download on a terminal', () => {
  test('writes no bytes of a torrent to a terminal', async () => {
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE })
    for (const words of [
      ['create', torrent],
      ['edit', torrent, '--comment', 'x'],
      ['download_piece', torrent, '0'],
    ]) {
      const terminal = new Terminal([...words, '-o', '-'], { columns: 100 })
      expect(await terminal.ended).toBe(2)
      expect(terminal.drawn).toMatch(/^[^\n]*stdout is a terminal; [^\n]*\n$/)
    }
  })

  test('does not call a check done that was interrupted', async () => {
    const { torrent, output } = emptyContent()
    const terminal = new Terminal(['download', torrent, '--force', '-o', output], { columns: 100 })
    await terminal.shows(/of 2048 pieces/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    expect(terminal.drawn.replaceAll(ESCAPES, '')).toMatch(/✖ Check what is there/)
    expect(terminal.drawn.replaceAll(ESCAPES, '')).not.toMatch(/✔ Check what is there/)
  })

  test.runIf(process.platform === 'linux')('gives the cursor back while it is stopped by Ctrl-Z', async () => {
    const terminal = await halfway({ columns: 100 })
    await terminal.shows(/60\.0 %/)
    expect(terminal.drawn).toContain(HIDE_CURSOR)
    expect(terminal.drawn).not.toContain(SHOW_CURSOR)
    // No shell waits for it, so the system does not let it stop.
    terminal.type(CTRL_Z)
    await terminal.shows(/\[\?25h/)
    terminal.drawn = ''
    process.kill(terminal.pid, 'SIGCONT')
    await terminal.shows(/\[\?25l/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
  })

  test('draws its stages and a bar, within the width there is, and ends on Ctrl-C', async () => {
    const terminal = await halfway({ columns: 100 })
    await terminal.shows(/█+░+ 60\.0 % {2}48\.0 KiB of 80\.0 KiB/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    const { drawn } = terminal
    for (const title of ['Metadata: a.bin', 'Check what is there', 'Download a.bin']) expect(drawn).toContain(title)
    expect(drawn).toMatch(COLOUR)
    expect(drawn).toContain(
      'interrupted with 48.0 KiB of 80.0 KiB: saving the state; the same command goes on from here',
    )
    expect(drawn.trimEnd().endsWith(SHOW_CURSOR)).toBe(true)
    for (const line of linesWithNumbers(drawn)) expect(line.length).toBeLessThanOrEqual(100)
  })

  test.each([
    [80, /█{3,}░+ 60\.0 % {2}48\.0\/80\.0 KiB {2}↓ \S+ \S+ {2}1 peer/],
    [60, /█{3,}░+ 60\.0 % {2}(\S+ KiB {2})?↓ /],
  ])('draws a bar of ten columns or more in %i', async (columns, line) => {
    const terminal = await halfway({ columns })
    await terminal.shows(line)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    for (const [bar] of terminal.drawn.matchAll(/[█░]+/g)) expect(bar.length).toBeGreaterThanOrEqual(10)
    for (const drawn of linesWithNumbers(terminal.drawn)) expect(drawn.length).toBeLessThanOrEqual(columns)
  })

  test('shows the numbers alone where there is no room for a bar', async () => {
    const terminal = await halfway({ columns: 40 })
    await terminal.shows(/60\.0 %/)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(130)
    expect(terminal.drawn).not.toMatch(/[█░]/)
    for (const line of linesWithNumbers(terminal.drawn)) expect(line.length).toBeLessThanOrEqual(40)
  })

  test('says at the end how long it took, without colour if NO_COLOR says so', async () => {
    const content = makeContent({ name: 'a.bin', files: 5 * PIECE })
    const peer = await seedingPeer(content)
    const out = join(tempFolder(), 'out')
    const args = ['download', content.torrent, '--peer', peer.address, '-o', out]
    const terminal = new Terminal(args, { columns: 100, noColor: true })
    expect(await terminal.ended).toBe(0)
    expect(terminal.drawn).toMatch(/Download a\.bin - done: 80\.0 KiB in /)
    expect(terminal.drawn).not.toMatch(COLOUR)
    expect(content.bytes.equals(readFileSync(out))).toBe(true)
  })

  test('prints the lines of a log where the terminal does not know how wide it is', async () => {
    const content = makeContent({ name: 'a.bin', files: 5 * PIECE })
    const peer = await seedingPeer(content)
    const args = ['download', content.torrent, '--peer', peer.address, '-o', join(tempFolder(), 'out')]
    const terminal = new Terminal(args, { columns: 0 })
    expect(await terminal.ended).toBe(0)
    expect(terminal.drawn).toMatch(/^downloading a\.bin \(1 file, 80\.0 KiB, 5 pieces\)\r\ndone: 80\.0 KiB in /)
  })
})

test('bt download draws nothing where stderr is no terminal', async () => {
  const content = makeContent({ name: 'a.bin', files: 5 * PIECE })
  const peer = await seedingPeer(content)
  const args = ['download', content.torrent, '--peer', peer.address]
  const { stdout, stderr } = await bt(args, { cwd: tempFolder(), env: { NO_COLOR: '', TERM: 'xterm' } })
  expect(stdout).toBe('')
  expect(stderr).not.toContain(ESCAPE)
  expect(stderr).not.toContain('█')
})

/** Without escape sequences. */
function linesWithNumbers(drawn: string): readonly string[] {
  const plain = drawn.replaceAll(new RegExp(`${ESCAPE}\\[[?0-9;]*[A-Za-z]`, 'g'), '')
  return plain.split(/\r?\n/).filter(line => /\d/.test(line) && !line.includes('interrupted'))
}
