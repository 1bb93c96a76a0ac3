import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
/** A test file in code type, and the titles of its tests in italics behind it. */
const CITATION = /`((?:test|plugins)\/[\w./-]+\.test\.ts)`((?:[^`*|;]*\*[^*]+\*)*)/g

const table = await readFile(new URL('docs/BEPS.md', ROOT), 'utf8')
const citations = [...table.matchAll(CITATION)].flatMap(([, file = '', titles = '']) =>
  [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => [file, title] as const),
)

it('docs/BEPS.md cites tests', () => {
  expect(citations.length).toBeGreaterThan(90)
})

it.each(citations)('%s has a test "%s"', async (file, title) => {
  const source = await readFile(new URL(file, ROOT), 'utf8')
  const quoted = ["'", '"', '`'].map(quote => `${quote}${title}${quote}`)
  expect(quoted.some(text => source.replaceAll('\\', '').includes(text))).toBe(true)
})
