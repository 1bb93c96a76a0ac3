// A system that lets no thread be started: what can be done without is, and the rest says so.
import { expect, it, onTestFinished, vi } from 'vitest'
import { hex, sharedBytes } from '../../src/lib/base/bytes.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { sha1 } from './fixture.ts'

vi.mock(import('node:worker_threads'), async original => {
  const real = await original()
  class NoWorker extends real.Worker {
    constructor(...args: ConstructorParameters<typeof real.Worker>) {
      super(...args)
      void this.terminate()
      throw new Error('ERR_WORKER_INIT_FAILED')
    }
  }
  return { ...real, Worker: NoWorker }
})

it('hashes what is in memory on the main thread, however long and busy, and says that files can not be', async () => {
  const hasher = new Hasher(2, { busy: true })
  onTestFinished(() => hasher.close())
  for (const length of [100_000, 5_000_000]) {
    expect(hasher.delegates(length)).toBe(false)
    const data = sharedBytes(length)
    expect(hex(await hasher.digest(data))).toBe(hex(sha1(data)))
  }
  const file = hasher.digestFile({ fd: 0, position: 0, length: 1 })
  await expect(file).rejects.toMatchObject({ code: 'INTERNAL', message: /^no thread could be started/ })
})
