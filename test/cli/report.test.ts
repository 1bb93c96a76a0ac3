import { Args, Flags, Parser, type Interfaces } from '@oclif/core'
import { expect, test } from 'vitest'
import { messageLine, reportMode } from '../../src/cli/report.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { bt, tempFolder } from './support/run-bt.ts'

/** What oclif itself throws of a command line. */
async function refusal(words: string[], input: Interfaces.Input<object, object, object>): Promise<unknown> {
  return Parser.parse(words, input).then(
    () => expect.unreachable('the words were taken'),
    (error: unknown) => error,
  )
}

const path = Args.string({ required: true, description: 'the file or folder' })
const index = Args.string({ required: true })
const many = Flags.string({ multiple: true })
const output = Flags.string({ required: true })
const peer = Flags.string({ required: true })

test.each([
  ['an argument', [], { args: { path }, flags: { tracker: many } }, 'missing argument: path'],
  ['arguments', [], { args: { path, index } }, 'missing arguments: path, index'],
  ['a flag', [], { flags: { output } }, 'missing flag: --output'],
  ['flags', [], { flags: { output, peer } }, 'missing flag: --output; missing flag: --peer'],
])('of %s that is missing is said so, on one line', async (_, words, input, line) => {
  expect(messageLine(await refusal(words, input))).toBe(line)
})

test.each([
  ['an argument too many', ['x'], 'Unexpected argument: x'],
  ['a flag that is none', ['--nope'], 'Nonexistent flag: --nope'],
])('of %s is said which', async (_, words, line) => {
  expect(messageLine(await refusal(words, { flags: {} }))).toBe(line)
})

test('of a value that a flag does not take is said which flag', async () => {
  const line = messageLine(await refusal(['--port', 'x'], { flags: { port: Flags.integer() } }))
  expect(line).toBe('--port: Expected an integer but received: x')
})

test.each([['-o', '-'], ['--output=/dev/stdout'], ['--save', '/dev/fd/1']])(
  'where %s %s gives stdout to the result, nothing is reported there',
  async (...words) => {
    expect(await reportMode(['download', ...words, 'a.torrent'])).toMatchObject({ streaming: true })
    expect(await reportMode(['download', '-o', 'a', ...words.slice(1), 'a.torrent'])).toMatchObject({
      streaming: false,
    })
  },
)

test.each([
  ['create', ''],
  ['create', '.', '-o', ''],
  ['edit', 'a.torrent', '--comment', 'x', '-o', ''],
  ['download', 'a.torrent', '-o', ''],
  ['verify', 'a.torrent', ''],
  ['seed', 'a.torrent', ''],
])('an empty path is not the working folder: %s %s %s', async (...words) => {
  const { stdout, stderr, code } = await bt(words, { cwd: tempFolder() })
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  expect(stderr).toMatch(/^bt: (--output: )?the (path|place of the content) is empty; /)
})

test('of several lines is made one, and one is left as it is', () => {
  expect(messageLine(new Error('this\n\n  and that\n'))).toBe('this and that')
  expect(messageLine(new BtError('USAGE', 'the place is given twice'))).toBe('the place is given twice')
  expect(messageLine(new Error('command nope:a.torrent not found'))).toBe('there is no command nope')
})

test('a usage error is one line and a hint on stderr, and one line in the JSON', async () => {
  const { stdout, stderr, code } = await bt(['create', '--json'])
  expect(stderr).toBe('bt: missing argument: path\nTry bt --help, or bt <command> --help.\n')
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'USAGE', message: 'missing argument: path', exitCode: 2 } })
  expect(code).toBe(2)
})
