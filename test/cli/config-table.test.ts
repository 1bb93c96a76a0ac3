import * as fc from 'fast-check'
import * as toml from 'smol-toml'
import { expect, test } from 'vitest'
import { BtError } from '../../src/lib/base/errors.ts'
import { ConfigFile, findStranger, parseTable } from '../../src/cli/config-table.ts'

const KNOWN = new Map([
  ['download', new Set(['output', 'json', 'tracker'])],
  ['seed', new Set(['port', 'json'])],
])

test('what a writer of TOML wrote is found again, a command before the file', () => {
  const value = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.array(fc.string(), { maxLength: 3 }))
  const own = fc.record({ output: value, tracker: value }, { requiredKeys: [] })
  fc.assert(
    fc.property(own, fc.record({ output: value, json: value, port: value }, { requiredKeys: [] }), (download, rest) => {
      const table = parseTable('f', toml.stringify({ ...rest, download }), toml)
      expect(findStranger(table, KNOWN)).toBeUndefined()
      const file = new ConfigFile('f', table)
      for (const flag of ['output', 'tracker', 'json', 'port'] as const) {
        const written: Readonly<Record<string, unknown>> = { ...rest, ...download }
        const expected = typeof written[flag] === 'number' ? String(written[flag]) : written[flag]
        expect((file.ofCommand('download', flag) ?? file.ofAll(flag))?.value).toEqual(expected)
      }
    }),
  )
})

test('no text makes anything but settings or a USAGE', () => {
  const piece = fc.oneof(fc.constantFrom('[', ']', '=', '"', "'", '"""', '\n', '#', '{', '}', ',', 'json', 'seed', '4'), fc.string({ maxLength: 3 })) // prettier-ignore
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
      try {
        const table = parseTable('f', pieces.join(''), toml)
        if (findStranger(table, KNOWN) === undefined) new ConfigFile('f', table).ofAll('json')
      } catch (error) {
        expect(error).toBeInstanceOf(BtError)
        expect(error).toMatchObject({ code: 'USAGE' })
      }
    }),
    { numRuns: 500 },
  )
})
