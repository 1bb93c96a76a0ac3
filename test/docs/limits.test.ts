// What docs/LIMITS.md says is so: every constant has the value that is given, and every test is there.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { citationsIn, expectThere } from './citations.ts'

const ROOT = new URL('../../', import.meta.url)
const ROW = /^\| [^|]+ \| (?<limit>[\d,]+) \| `(?<constant>\w+)` in `(?<file>[\w/.-]+)` \| (?<tests>[^|]+) \|$/gm

const page = await readFile(new URL('docs/LIMITS.md', ROOT), 'utf8')
const rows = [...page.matchAll(ROW)].map(({ groups: { limit = '', constant = '', file = '', tests = '' } = {} }) => ({
  limit: limit.replaceAll(',', ''),
  constant,
  file,
  tests,
}))
const citations = await citationsIn('docs/LIMITS.md')

describe('docs/LIMITS.md', () => {
  it('has nothing but whole rows in its tables', () => {
    const lines = page.split('\n').filter(line => line.startsWith('|') && !/^\| (?:What|---) /.test(line))
    expect(rows).toHaveLength(lines.length)
    expect(rows.length).toBeGreaterThan(50)
    for (const { tests } of rows) expect(tests).toMatch(/^`.+` \*.+\*$/)
  })

  it.each(rows)('$constant of $file is $limit', async ({ limit, constant, file }) => {
    const source = await readFile(new URL(file, ROOT), 'utf8')
    const [, value = ''] = new RegExp(`^(?:export )?const ${constant}(?:: [^=]+)? = ([^\n]+)$`, 'm').exec(source) ?? []
    expect(numbersOf(value)).toContain(Number(limit))
  })

  it.each(citations)('%s has a test "%s"', expectThere)
})

/** What an initialiser comes to, where it is a sum or a product; or every number in it. */
function numbersOf(initialiser: string): number[] {
  const text = initialiser.replaceAll('_', '')
  const factors = (product: string): number => product.split('*').reduce((value, factor) => value * Number(factor), 1)
  if (/^[\d +*]+$/.test(text)) return [text.split('+').reduce((sum, product) => sum + factors(product), 0)]
  return [...text.matchAll(/\d+/g)].map(Number)
}
