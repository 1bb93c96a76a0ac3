import { describe, expect, test } from 'vitest'
import { didYouMean, nearest } from '../../src/cli/suggest.ts'
import { bt } from './support/run-bt.ts'

const NAMES = ['download', 'download_piece', 'info', 'magnet_info', 'max-down', 'peers']

test.each<[string, string | undefined]>([
  ['donwload', 'download'],
  ['down', 'download'],
  ['inof', 'info'],
  ['magnetinfo', 'magnet_info'],
  ['magnet-info', 'magnet_info'],
  ['max_down', 'max-down'],
  ['PEERS', 'peers'],
  ['pears', 'peers'],
  ['x', undefined],
  ['quux', undefined],
])('of "%s" is meant %s', (word, meant) => {
  expect(nearest(word, NAMES)).toBe(meant)
  expect(didYouMean(word, NAMES, '--')).toBe(meant === undefined ? '' : ` (did you mean --${meant}?)`)
})

describe('a mistyped word is answered at once, with exit code 2', () => {
  test.each<[readonly string[], string]>([
    [['donwload', 'a.torrent'], 'bt: there is no command donwload (did you mean download?); bt --help lists them\n'],
    [['help', 'donwload'], 'bt: there is no command donwload (did you mean download?); bt --help lists them\n'],
    [['help', 'enviroment'], 'bt: there is no command enviroment (did you mean environment?); bt --help lists them\n'],
    [['plugins', 'instal'], 'bt: there is no command plugins instal (did you mean install?); bt --help lists them\n'],
    [['plugins', 'quux'], 'bt: there is no command plugins quux; bt --help lists them\n'],
    [['quux'], 'bt: there is no command quux; bt --help lists them\n'],
    [
      ['peers', '--numwnat', '3', 'a'],
      'bt: Nonexistent flag: --numwnat (did you mean --numwant?)\nTry bt --help, or bt <command> --help.\n',
    ],
  ])('%s', async (words, stderr) => {
    expect(await bt(words)).toEqual({ stdout: '', stderr, code: 2 })
  })
})
