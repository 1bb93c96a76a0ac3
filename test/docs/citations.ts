// Pages that cite tests: a file in code type, and titles of its tests (or of rows of its tables) in italics behind it.
import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'

export type Citation = readonly [file: string, title: string]

const ROOT = new URL('../../', import.meta.url)
const CITATION = /`((?:test|plugins)\/[\w./-]+\.ts)`((?:[^`*|;]*\*[^*]+\*)*)/g

/** @param page relative to the root of the repository. */
export async function citationsIn(page: string): Promise<readonly Citation[]> {
  const text = await readFile(new URL(page, ROOT), 'utf8')
  return [...text.matchAll(CITATION)].flatMap(([, file = '', titles = '']) =>
    [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => [file, title.replaceAll(/\s+/g, ' ')] as const),
  )
}

export async function expectThere(file: string, title: string): Promise<void> {
  const source = await readFile(new URL(file, ROOT), 'utf8')
  const quoted = ["'", '"', '`'].map(quote => `${quote}${title}${quote}`)
  expect(quoted.some(text => source.replaceAll('\\', '').includes(text))).toBe(true)
}
