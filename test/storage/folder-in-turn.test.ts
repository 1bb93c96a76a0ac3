import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folderInTurn, type FolderInTurn } from '../../src/lib/storage/folder-in-turn.ts'
import { placeOf } from '../../src/lib/storage/in-place.ts'
import { temporaryFolder } from './fixture.ts'

async function stage(): Promise<{ root: string; elsewhere: string; turn: FolderInTurn }> {
  const [root, elsewhere] = [await temporaryFolder(), await temporaryFolder()]
  mkdirSync(join(root, 'sub'))
  const turn = folderInTurn({ path: root, place: placeOf(root) })
  onTestFinished(() => turn.leave())
  return { root, elsewhere, turn }
}

/** Only Linux has paths by way of an open folder. */
describe.runIf(process.platform === 'linux')('the folder in turn', () => {
  it('is the one that was looked at, whatever comes to its path', async () => {
    const { root, elsewhere, turn } = await stage()
    const first = turn.through(join(root, 'sub', 'first')) ?? ''
    const second = turn.through(join(root, 'sub', 'second')) ?? ''
    expect([basename(first), dirname(second)]).toEqual(['first', dirname(first)])
    writeFileSync(first, 'before')
    renameSync(join(root, 'sub'), join(root, 'real'))
    symlinkSync(elsewhere, join(root, 'sub'))
    writeFileSync(second, 'after')
    expect(readFileSync(join(root, 'real', 'second'), 'utf8')).toBe('after')
    expect(readdirSync(elsewhere)).toEqual([])
  })

  it('gives no way where it is behind a link, no folder, or not there', async () => {
    const { root, elsewhere, turn } = await stage()
    symlinkSync(elsewhere, join(root, 'link'))
    writeFileSync(join(root, 'file'), '')
    for (const name of ['link', 'file', 'nowhere']) expect(turn.through(join(root, name, 'x'))).toBeUndefined()
    expect(turn.through(join(root, 'sub', 'x'))).toBeDefined()
  })

  it('gives no way through a link to a folder whose name differs only in case', async () => {
    const { root, turn } = await stage()
    mkdirSync(join(root, 'SUB'))
    renameSync(join(root, 'sub'), join(root, 'gone'))
    symlinkSync('SUB', join(root, 'sub'))
    expect(turn.through(join(root, 'sub', 'x'))).toBeUndefined()
  })

  it('is looked at again after some files', async () => {
    const { root, turn } = await stage()
    const ways = (): (string | undefined)[] =>
      Array.from({ length: 32 }, (_, index) => turn.through(join(root, 'sub', `${index}`)))
    expect(ways()).not.toContain(undefined)
    renameSync(join(root, 'sub'), join(root, 'moved'))
    expect(new Set(ways())).toEqual(new Set([undefined]))
  })

  it('is open only while it is in turn', async () => {
    const { root, turn } = await stage()
    expect(existsSync(dirname(turn.through(join(root, 'x')) ?? ''))).toBe(true)
    const last = dirname(turn.through(join(root, 'sub', 'x')) ?? '')
    expect(existsSync(last)).toBe(true)
    turn.leave()
    expect(existsSync(last)).toBe(false)
  })
})
