import { describe, expect, it } from 'vitest'
import type { FileEntry } from '../../src/lib/metainfo/metainfo.ts'
import { treeLines } from '../../src/lib/ui/file-tree.ts'
import { noPaint } from '../../src/lib/ui/paint.ts'

const file = (path: string, more: Partial<FileEntry> = {}): FileEntry => ({
  path: path.split('/'),
  length: 1024,
  offset: 0,
  padding: false,
  ...more,
})

const tree = (files: readonly FileEntry[], width = 80, rows = Infinity): readonly string[] =>
  treeLines(files, { paint: noPaint, width, rows })

describe('the tree of a torrent', () => {
  it('has each file under its index, and each folder with the size of what is in it', () => {
    const files = [
      file('sub/b'),
      file('.pad/1', { padding: true }),
      file('a', { executable: true }),
      file('sub/deep/c'),
      file('link', { length: 0, symlink: ['sub', 'b'] }),
    ]
    expect(tree(files)).toEqual([
      '    2.00 KiB  ├─ sub/',
      '0   1.00 KiB  │  ├─ b',
      '    1.00 KiB  │  └─ deep/',
      '3   1.00 KiB  │     └─ c',
      '2   1.00 KiB  ├─ a*',
      '4        0 B  └─ link -> sub/b',
    ])
  })

  it('shows the deepest folders closed where there are too many lines, and of one folder only the first files', () => {
    const files = Array.from({ length: 6 }, (_, i) => file(`d${i % 2}/e/f${i}`))
    expect(tree(files, 80, 4)).toEqual([
      '    3.00 KiB  ├─ d0/',
      '    3.00 KiB  │  └─ e/ (3 files)',
      '    3.00 KiB  └─ d1/',
      '    3.00 KiB     └─ e/ (3 files)',
    ])
    expect(tree(files, 80, 3)).toEqual(['    3.00 KiB  ├─ d0/ (3 files)', '    3.00 KiB  └─ d1/ (3 files)'])
    expect(tree(files, 80, 1)).toEqual(['    3.00 KiB  ├─ d0/ (3 files)', `${' '.repeat(14)}└─ … and 1 more`])
  })

  it.each([
    ['of ASCII', `${'a'.repeat(60)}-end.mkv`],
    ['of wide characters', `${'漢'.repeat(30)}-end.mkv`],
  ])('fits names %s into the columns, and keeps their ends', (_what, name) => {
    const [line = ''] = tree([file(name)], 40)
    const columns = line.length + (line.match(/漢/g)?.length ?? 0)
    expect(columns).toBeLessThanOrEqual(40)
    expect(line).toMatch(/…\S*end\.mkv$/)
  })

  it('makes control characters visible', () => {
    expect(tree([file('a\u001b[31m')])[0]).toBe('0   1.00 KiB  └─ a\ufffd[31m')
  })
})
