import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bt, btJson, tempFolder } from './support/run-bt.ts'

const FIXTURE = fileURLToPath(new URL('../fixtures/hybrid-multi.torrent', import.meta.url))

describe('bt encode', () => {
  test('writes the bytes and nothing else', async () => {
    const { stdout, stderr, code } = await bt(['encode', '{"hello": 52, "foo": "bar"}'])
    expect({ stdout, stderr, code }).toEqual({ stdout: 'd3:foo3:bar5:helloi52ee', stderr: '', code: 0 })
    for (const output of ['-', '/dev/stdout']) {
      expect(await bt(['encode', '1', '-o', output])).toEqual({ stdout: 'i1e', stderr: '', code: 0 })
    }
    expect(await btJson(['encode', '[{"hex":"00ff"}]'])).toEqual({ length: 6, hex: '6c323a00ff65' })
  })

  test('makes the same torrent of what decode shows of one', async () => {
    const cwd = tempFolder()
    const { stdout } = await bt(['decode', '--file', FIXTURE])
    writeFileSync(join(cwd, 'a.json'), stdout)
    expect((await bt(['encode', '-', '-o', 'a.torrent'], { cwd, input: stdout })).code).toBe(0)
    expect((await bt(['encode', '--file', 'a.json', '-o', 'b.torrent'], { cwd })).code).toBe(0)
    const original = readFileSync(FIXTURE).toString('hex')
    for (const name of ['a.torrent', 'b.torrent']) expect(readFileSync(join(cwd, name)).toString('hex')).toBe(original)
    expect((await bt(['encode', '1', '-o', 'a.torrent'], { cwd })).code).toBe(2)
  })

  test.each([
    [['encode'], 2],
    [['encode', '1', '--file', 'x'], 2],
    [['encode', '{"a":1.5}'], 3],
    [['encode', '{'], 3],
    [['encode', '--file', 'nowhere'], 8],
  ])('refuses %j', async (args, exitCode) => {
    const { stdout, stderr, code } = await bt(args)
    expect({ stdout, code }).toEqual({ stdout: '', code: exitCode })
    expect(stderr).toMatch(/^bt: /)
  })
})
