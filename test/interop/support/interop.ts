/** Declares a test that needs other people's programs, and gives it a lab of its own. */
import { test, vi } from 'vitest'
import { Lab } from './lab.ts'
import { missing, type Tool } from './tools.ts'

// Most of a test's time is a real client's waiting, hardly any of it work.
vi.setConfig({ maxConcurrency: 12 })

/** In milliseconds: each step has its own, shorter limit, whose message says which step it was. */
const TIMEOUT = 180_000

const ALWAYS: readonly Tool[] = ['namespace', 'python', 'mktorrent', 'opentracker']

/**
 * Runs `body` concurrently with its neighbours. Where a program is missing the test is skipped and its name says which;
 * with BT_INTEROP=required it fails instead. A failure prints what every process of the lab had to say.
 */
export function interop(name: string, needs: readonly Tool[], body: (lab: Lab) => Promise<void>): void {
  const absent = missing([...ALWAYS, ...needs])
  if (absent.length === 0) {
    test.concurrent(name, { timeout: TIMEOUT }, async () => await inLab(name, body))
    return
  }
  const reason = `missing: ${absent.join(', ')}`
  if (process.env['BT_INTEROP'] === 'required') {
    test(name, () => {
      throw new Error(reason)
    })
  } else {
    test.skip(`${name} (${reason})`, () => undefined)
  }
}

async function inLab(name: string, body: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await Lab.open()
  try {
    await body(lab)
  } catch (error) {
    console.error(`What ran in "${name}":\n\n${lab.ns.report()}\n`)
    throw error
  } finally {
    await lab.close()
  }
}
