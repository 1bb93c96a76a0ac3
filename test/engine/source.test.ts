import { describe, expect, test } from 'vitest'
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
})
