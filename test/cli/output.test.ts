import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './support/packed.ts'
import { tempFolder } from './support/run-bt.ts'

const BT = join(ROOT, 'bin/run.js')

test.skipIf(!existsSync('/dev/full'))(
  'a full disk behind stdout is said in one line, with the exit code of disks',
  () => {
    const { status, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" "${BT}" decode 5:hello > /dev/full`])
    expect(stderr.toString()).toMatch(/^bt: no room for the output; free some.*\n$/)
    expect(status).toBe(8)
  },
)

test.skipIf(!existsSync('/dev/full'))('a full disk behind stderr leaves the exit code what it is', () => {
  const { status } = spawnSync('sh', ['-c', `"${process.execPath}" "${BT}" info no.torrent 2> /dev/full`])
  expect(status).toBe(8)
})

test.skipIf(process.platform === 'win32')('a working folder that was removed is told in words', () => {
  const script = `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${BT}" create "${BT}" -o x`
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: tempFolder() })
  expect(stderr.toString()).toBe('bt: the working folder was removed; go to another\n')
  expect(status).toBe(8)
})

test('a reader that has read enough is no error', () => {
  const torrent = join(ROOT, 'test/fixtures/v1-multi.torrent')
  const script = `set -o pipefail; "${process.execPath}" "${BT}" info "${torrent}" | head -n 1`
  expect(execFileSync('bash', ['-c', script]).toString()).toMatch(/^Tracker URL: /)
})
