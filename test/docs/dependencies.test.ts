// docs/DEPENDENCIES.md says of every package why it and not another, and what it says is so.
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

interface Locked {
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
}

const ROOT = new URL('../../', import.meta.url)
const page = await readFile(new URL('docs/DEPENDENCIES.md', ROOT), 'utf8')
const lock = JSON.parse(await readFile(new URL('package-lock.json', ROOT), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>
}
const locked = Object.entries(lock.packages).filter(([path]) => path.startsWith('node_modules/'))

/** The packages in the first column of the table of a chapter. */
function rowsOf(title: string): readonly string[] {
  const chapter = page.split(/^## /m).find(text => text.startsWith(title)) ?? ''
  return [...chapter.matchAll(/^\| `([^`]+)` \| (.{20,}) \|$/gm)].map(([, name = '']) => name).toSorted()
}

const bundled: readonly string[] = manifest.bundleDependencies

describe('every package has a reason, and no other is named', () => {
  it.each([
    ['At run time', Object.keys(manifest.dependencies).filter(name => !bundled.includes(name))],
    ['For development', Object.keys(manifest.devDependencies)],
  ])('%s', (title, names) => {
    expect(rowsOf(title)).toEqual(names.toSorted())
  })
})

it.each(Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))('%s is pinned: %s', (_, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/)
})

it('what is installed is what the lock file has the hash of', () => {
  const without = locked.filter(
    ([, { integrity, link, inBundle }]) => integrity === undefined && link !== true && inBundle !== true,
  )
  expect(without.map(([path]) => path)).toEqual([])
})

it('the packages that would run a script when they are installed are named', () => {
  const scripts = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)
  expect(scripts.map(path => path.replace(/^.*node_modules\//, ''))).toEqual(
    [...page.matchAll(/install script of `([^`]+)`/g)].map(([, name]) => name),
  )
})
