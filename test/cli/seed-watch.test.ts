import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { makeContent, PIECE } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { startSeed } from './support/services.ts'

describe('bt seed --watch', () => {
  test('serves what is put into the folder, and what is taken out no longer', async () => {
    const [folder, content] = [tempFolder(), tempFolder()]
    const [one, two] = [
      makeContent({ name: 'one.bin', files: PIECE }),
      makeContent({ name: 'two.bin', files: 3 * PIECE }),
    ]
    for (const each of [one, two]) each.writeInto(content)
    writeFileSync(join(folder, 'half.torrent'), 'd8:announce')
    const { seed, address } = await startSeed([folder, '--watch', '--path', content])
    copyFileSync(two.torrent, join(folder, 'two.torrent'))
    const hash = hex(two.info.infoHash)
    expect(await seed.line(/^Seeding /)).toBe(`Seeding two.bin (${hash})`)
    expect((await bt(['download', two.torrent, '--peer', address], { cwd: tempFolder() })).code).toBe(0)
    // The half-written one is complete now.
    copyFileSync(one.torrent, join(folder, 'half.torrent'))
    await seed.line(/^Seeding one\.bin /)
    rmSync(join(folder, 'two.torrent'))
    expect(await seed.line(/^No longer /)).toBe(`No longer seeding two.bin (${hash})`)
    const gone = await bt(['download', two.torrent, '--peer', address, '--stall-timeout', '5'], { cwd: tempFolder() })
    expect(gone.code).not.toBe(0)
    const { stderr, code } = await seed.interrupt()
    expect({ stderr, code }).toEqual({ stderr: 'interrupted: leaving the trackers\n', code: 130 })
  })

  test('is where it listens before anything is there, and goes on when a torrent has reached its goal', async () => {
    const [folder, content] = [tempFolder(), tempFolder()]
    const one = makeContent({ name: 'one.bin', files: PIECE })
    one.writeInto(content)
    const { seed } = await startSeed([folder, '--watch', '--path', content, '--seed-time', '0', '--json'])
    copyFileSync(one.torrent, join(folder, 'one.torrent'))
    await seed.line(/"seeded"/)
    const two = makeContent({ name: 'two.bin', files: PIECE })
    two.writeInto(content)
    copyFileSync(two.torrent, join(folder, 'two.torrent'))
    await seed.line(/"seeded".*"two\.bin"/)
    const { stdout, code } = await seed.interrupt()
    expect(code).toBe(130)
    expect(stdout.match(/"event":"seeding"/g)).toHaveLength(2)
  })

  test('is for folders of torrents only (2, 8)', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'torrents'))
    const file = makeContent({ name: 'one.bin', files: PIECE }).writeInto(folder)
    expect(await bt(['seed', file, '--watch'])).toMatchObject({ stdout: '', code: 2 })
    expect(await bt(['seed', `${folder}/nothing`, '--watch'])).toMatchObject({ stdout: '', code: 8 })
    expect(await bt(['seed', folder, '--watch', '--private'])).toMatchObject({ stdout: '', code: 2 })
  })
})
