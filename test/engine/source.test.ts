import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadSource } from '../../src/lib/engine/source.ts'

const { signal } = new AbortController()

describe('loadSource', () => {
  test.each(['http://', 'HTTPS://', 'http://a:b/c.torrent'])('calls %s no URL', async argument => {
    await expect(loadSource(argument, signal)).rejects.toMatchObject({
      code: 'USAGE',
      message: `"${argument}" is not a URL; write http://host/path or https://host/path`,
    })
  })

  test.each(['ftp://a/b.torrent', 'foo://x', ''])('says of "%s" what may be named instead', async argument => {
    await expect(loadSource(argument, signal)).rejects.toMatchObject({
      code: 'USAGE',
      message: `"${argument}" is no kind of torrent that bt reads; name a file, an http(s) URL, a magnet link or -`,
    })
  })

  test.each(['no/such.torrent', 'no:such.torrent', 'C:\\no\\such.torrent'])('takes %s for a path', async argument => {
    await expect(loadSource(argument, signal)).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  })

  test.runIf(process.platform === 'linux')(
    'reads no more of a device without end than a torrent may have',
    async () => {
      await expect(loadSource('/dev/zero', signal)).rejects.toMatchObject({
        code: 'METAINFO_INVALID',
        message: '/dev/zero has more than the 10000000 bytes of a .torrent file',
      })
    },
  )

  describe.skipIf(process.platform === 'win32')('says in words why it can not read', () => {
    const folder = (): string => {
      const path = mkdtempSync(join(tmpdir(), 'bt-'))
      onTestFinished(() => rmSync(path, { recursive: true }))
      return path
    }

    test('a link that leads round', async () => {
      const path = join(folder(), 'loop')
      symlinkSync('loop', path)
      await expect(loadSource(path, signal)).rejects.toMatchObject({
        code: 'DISK_FAILED',
        message: `"${path}" leads round from one symbolic link to the next; mend the link`,
      })
    })

    test('something below a file', async () => {
      const file = join(folder(), 'file')
      writeFileSync(file, '')
      await expect(loadSource(`${file}/a`, signal)).rejects.toMatchObject({
        code: 'DISK_FAILED',
        message: `can not read "${file}/a": what should be a folder on the way there is a file; check the path`,
      })
    })

    test('a name that no file has, which it does not show whole', async () => {
      await expect(loadSource('a'.repeat(5000), signal)).rejects.toMatchObject({
        code: 'DISK_FAILED',
        message: `can not read "${'a'.repeat(100)}…": no file has a name that long; choose a shorter one`,
      })
    })

    test('a file without a byte', async () => {
      const path = join(folder(), 'a.torrent')
      writeFileSync(path, '')
      await expect(loadSource(path, signal)).rejects.toMatchObject({
        code: 'METAINFO_INVALID',
        message: `${path} is empty, and so no .torrent file`,
      })
    })

    test('a named pipe, which may be read in another way', async () => {
      const path = join(folder(), 'pipe')
      execFileSync('mkfifo', [path])
      await expect(loadSource(path, signal)).rejects.toMatchObject({
        code: 'INPUT_UNREADABLE',
        message: `${path} is a named pipe; read it with "-" and < ${path}, or name a file`,
      })
    })
  })
})
