import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readBounded } from '../../src/lib/engine/read-bounded.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'bt-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

test('reads a file of as many bytes as are of use, and no more', async () => {
  const path = join(folder(), 'file')
  writeFileSync(path, 'hello')
  expect(Buffer.from((await readBounded(path, 5)) ?? []).toString()).toBe('hello')
  expect(await readBounded(path, 4)).toBeUndefined()
})

test.skipIf(process.platform === 'win32')('stops reading a device that has no end', async () => {
  expect(await readBounded('/dev/zero', 100_000)).toBeUndefined()
})

test.skipIf(process.platform === 'win32')('does not wait for whoever writes to a named pipe', async () => {
  const path = join(folder(), 'pipe')
  execFileSync('mkfifo', [path])
  await expect(readBounded(path, 5)).rejects.toMatchObject({
    code: 'INPUT_UNREADABLE',
    message: `${path} is a named pipe; name a file`,
  })
})
