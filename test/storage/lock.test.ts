import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acquireLock } from '../../src/lib/storage/lock.ts'
import { temporaryFolder } from './fixture.ts'

async function lockPath(): Promise<string> {
  return join(await temporaryFolder(), '.bt-lock')
}

function lockText(pid: number | undefined, started = '-', host = hostname()): string {
  return `bt-lock 1 ${pid} ${started} ${host} an-id\n`
}

/** The id of a process that is no more. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid
}

describe('the lock of an output', () => {
  it('is held by one, and free again when released', async () => {
    const path = await lockPath()
    const lock = await acquireLock(path)
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'DISK_PERMISSION', message: /this process/ })
    await lock.release()
    await lock.release()
    await (await acquireLock(path)).release()
    expect(await readdir(join(path, '..'))).toEqual([])
  })

  it('is no pipe, whose opening would wait for ever, and no more of it is read than a lock has', async () => {
    const path = await lockPath()
    spawnSync('mkfifo', [path])
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'DISK_FAILED',
      message: `"${path}" is a named pipe, where the lock of this output belongs; remove it, or choose another place with -o`,
    })
    const long = await lockPath()
    await writeFile(long, 'x')
    await truncate(long, 2 ** 40)
    await expect(acquireLock(long)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
  })

  it.each(['nowhere', 'another'])('is no link, of which it says where it leads: %s', async target => {
    const path = await lockPath()
    const another = join(path, '..', 'another')
    await writeFile(another, 'mine')
    await symlink(target, path)
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'DISK_PERMISSION',
      message: `"${path}" is a symbolic link to "${target}", where the lock of this output belongs; remove it, or choose another place with -o`,
    })
    expect(await readFile(another, 'utf8')).toBe('mine')
    expect((await readdir(join(path, '..'))).sort()).toEqual(['.bt-lock', 'another'])
  })

  it('names the living process that holds it', async () => {
    const path = await lockPath()
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    await once(child, 'spawn')
    await writeFile(path, lockText(child.pid))
    await expect(acquireLock(path)).rejects.toMatchObject({
      code: 'DISK_PERMISSION',
      message: new RegExp(`process ${child.pid} `),
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await acquireLock(path)).release()
  })

  it("is taken over from the dead, from a process that had our pid, and from one that had another's", async () => {
    const path = await lockPath()
    const stale = [lockText(deadPid()), lockText(process.pid)]
    if (process.platform === 'linux') stale.push(lockText(process.ppid, 'another-boot/1'))
    for (const text of stale) {
      await writeFile(path, text)
      const lock = await acquireLock(path)
      expect(await readFile(path, 'utf8')).toContain(`bt-lock 1 ${process.pid} `)
      await lock.release()
    }
  })

  it('is left alone where its holder can not be judged', async () => {
    const path = await lockPath()
    await writeFile(path, lockText(1, '-', 'another-machine'))
    await expect(acquireLock(path)).rejects.toMatchObject({ message: /another-machine.*delete/ })
    await writeFile(path, '')
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'DISK_PERMISSION' })
    await utimes(path, 1, 1)
    await (await acquireLock(path)).release()
  })

  it('goes to exactly one of many that find it stale at once', async () => {
    const path = await lockPath()
    await writeFile(path, lockText(deadPid()))
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => acquireLock(path)))
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1)
    expect((await stat(path)).isFile()).toBe(true)
    expect(await readdir(join(path, '..'))).toEqual(['.bt-lock'])
  })

  it('is not removed by one who has lost it', async () => {
    const path = await lockPath()
    const lock = await acquireLock(path)
    await writeFile(path, lockText(1))
    await lock.release()
    expect(await readFile(path, 'utf8')).toBe(lockText(1))
  })
})
