import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/lib/base/bytes.ts'
import { getBytes, getDict, getInteger, getList, getText, isDict } from '../../src/lib/bencode/access.ts'
import type { BencodeDict, BencodeValue } from '../../src/lib/bencode/value.ts'

const dict: BencodeDict = new Map<string, BencodeValue>([
  ['integer', 5],
  ['huge', 2n ** 60n],
  ['text', utf8('grün')],
  ['binary', new Uint8Array([0xff])],
  ['list', [1]],
  ['dict', new Map()],
])

describe('access', () => {
  it.each<[string, (dict: BencodeDict, key: string) => unknown, Record<string, unknown>]>([
    ['getInteger', getInteger, { integer: 5 }],
    ['getBytes', getBytes, { text: utf8('grün'), binary: new Uint8Array([0xff]) }],
    ['getText', getText, { text: 'grün' }],
    ['getList', getList, { list: [1] }],
    ['getDict', getDict, { dict: new Map() }],
  ])('%s gives values of its own type and undefined for every other', (_, get, expected) => {
    for (const key of [...dict.keys(), 'absent']) expect(get(dict, key)).toEqual(expected[key])
  })

  it('isDict is true of dictionaries alone', () => {
    expect([...dict.values(), undefined].filter(isDict)).toEqual([new Map()])
  })
})
