import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bt, tempFolder } from './support/run-bt.ts'

describe('bt decode', () => {
  test.each([
    ['5:hello', '"hello"'],
    ['i52e', '52'],
    ['i-52e', '-52'],
    ['i9223372036854775808e', '9223372036854775808'],
    ['l5:helloi52ee', '["hello",52]'],
    ['lli4eei5ee', '[[4],5]'],
    ['le', '[]'],
    ['d3:foo3:bar5:helloi52ee', '{"foo":"bar","hello":52}'],
    ['d10:inner_dictd4:key16:value14:key2i42e8:list_keyl5:item15:item2i3eeee', undefined],
    ['de', '{}'],
  ])('%s', async (bencode, expected) => {
    const json = expected ?? '{"inner_dict":{"key1":"value1","key2":42,"list_key":["item1","item2",3]}}'
    expect(await bt(['decode', bencode])).toEqual({ stdout: `${json}\n`, stderr: '', code: 0 })
  })

  test('reads standard input and files, and keeps bytes that are no text', async () => {
    const bytes = Buffer.from('d1:a2:\xff\x00e', 'latin1')
    const file = join(tempFolder(), 'value')
    writeFileSync(file, bytes)
    expect((await bt(['decode', '-'], { input: bytes })).stdout).toBe('{"a":{"hex":"ff00"}}\n')
    expect((await bt(['decode', '--file', file])).stdout).toBe('{"a":{"hex":"ff00"}}\n')
  })

  test('says where malformed bencode is at fault, on one line and without a stack', async () => {
    const { stdout, stderr, code } = await bt(['decode', 'i052e'])
    expect({ stdout, code }).toEqual({ stdout: '', code: 3 })
    expect(stderr).toMatch(/^bt: .*byte \d+.*\n$/)
  })

  test('is wrong usage without a value, and with an unknown flag', async () => {
    expect((await bt(['decode'])).code).toBe(2)
    expect((await bt(['decode', 'i1e', '--nonsense'])).code).toBe(2)
  })
})
