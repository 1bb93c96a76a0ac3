import { execFileSync } from 'node:child_process'
import { constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openLog } from '../../src/cli/log-output.ts'
import { leftOutText } from '../../src/cli/passing-lines.ts'
import { written } from '../../src/cli/written.ts'
import { tempFolder } from './support/run-bt.ts'

/** No pipe holds as much, and it is less than is kept. */
const LONG = 'x'.repeat(2_000_000)

test.skipIf(process.platform === 'win32')(
  'the end waits for who reads a log from a named pipe, and all comes in its order',
  async () => {
    const path = join(tempFolder(), 'pipe')
    execFileSync('mkfifo', [path])
    const reader = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), writable: false })
    onTestFinished(() => void reader.destroy())
    const errors: unknown[] = []
    const log = openLog(path, { leftOutLine: leftOutText, onError: error => errors.push(error) })
    log.write(LONG)
    log.write('the last')
    let ended = false
    const end = written().then(() => (ended = true))
    await setImmediate()
    expect(ended).toBe(false)
    let heard = ''
    reader.on('data', (chunk: Buffer) => (heard += chunk.toString()))
    await end
    await expect.poll(() => heard.length).toBe(LONG.length + '\nthe last\n'.length)
    expect(heard).toBe(`${LONG}\nthe last\n`)
    expect(errors).toEqual([])
  },
)
