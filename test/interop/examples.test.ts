// Every example that `--help` prints, run as it is printed: in a network of its own, where the torrent of the examples is
// seeded and tracked at the addresses that they name.
import { expect } from 'vitest'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { bt } from '../cli/support/run-bt.ts'
import { CONTENT, examplePlace, HASH } from './support/example-place.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import type { Child } from './support/child.ts'

/** They run until they are told to end, at the ports of those that serve the other examples. */
const LASTING = ['seed', 'tracker']
const INTERRUPTED = 130
/** Examples at work at once. */
const WORKERS = 4

const commands = Object.keys(manifest.commands)

interop('every example of --help runs as it is printed', ['bt'], async lab => {
  await serve(lab)
  const examples = (await Promise.all(commands.filter(name => !LASTING.includes(name)).map(examplesOf))).flat()
  expect(examples.length).toBeGreaterThan(50)
  const failures: string[] = []
  const work = async (): Promise<void> => {
    for (let line = examples.shift(); line !== undefined; line = examples.shift()) {
      const child = await run(lab, line)
      const { code } = await child.exit()
      if (code !== 0) failures.push(child.report())
    }
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  expect(failures).toEqual([])
})

interop('every example of what runs until it is told to end does so, and ends as told', ['bt'], async lab => {
  for (const line of (await Promise.all(LASTING.map(examplesOf))).flat()) {
    const child = await run(lab, line)
    await child.line(/^Listening on |"listening"/u)
    child.signal('SIGINT')
    expect({ line, ...(await child.exit()) }).toMatchObject({ line, code: INTERRUPTED })
  }
})

async function examplesOf(name: string): Promise<readonly string[]> {
  const { stdout } = await bt([name, '--help'])
  const lines = [...(stdout.split('\nEXAMPLES\n')[1] ?? '').matchAll(/^ {2}\$ (bt .*)$/gmu)].map(
    ([, line = '']) => line,
  )
  expect({ name, examples: lines.length }).not.toEqual({ name, examples: 0 })
  for (const [hash] of lines.join('\n').matchAll(/\b[0-9a-f]{40}\b/gu))
    expect({ name, hash }).toEqual({ name, hash: HASH })
  return lines
}

async function run(lab: Lab, line: string): Promise<Child> {
  const { cwd, env } = await examplePlace(await lab.folder('place'), line)
  // The shell makes way, so that a signal reaches what it ran.
  return lab.ns.spawn('bash', ['-o', 'pipefail', '-c', `exec ${line}`], { cwd, env })
}

/** A tracker and a seed of the torrent of the examples. */
async function serve(lab: Lab): Promise<void> {
  const { cwd, env } = await examplePlace(await lab.folder('services'), 'bt seed')
  await lab.ns.spawn('bash', ['-c', 'exec bt tracker'], { cwd, env }).line(/^Listening on udp/u)
  const where = [CONTENT, '--host', '127.0.0.1', '--port', '6881', '--json']
  const seed = lab.ns.spawn('bash', ['-c', `exec bt seed a.torrent ${where.join(' ')}`], { cwd, env })
  await seed.line(/"announced"/u)
}
