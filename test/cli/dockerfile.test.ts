// The Dockerfile without Docker: what it copies is there and not ignored, what it runs exists, and what it puts together
// seeds and heeds the signal by which a container is stopped.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import picomatch from 'picomatch'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from './support/packed.ts'
import { bt, tempFolder } from './support/run-bt.ts'

interface Instruction {
  readonly name: string
  readonly text: string
  /** 0 builds, 1 is what is shipped. */
  readonly stage: number
}

async function instructions(): Promise<readonly Instruction[]> {
  const text = await readFile(join(ROOT, 'Dockerfile'), 'utf8')
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter(Boolean)
  let stage = -1
  return lines.map(line => {
    const [, name = '', rest = ''] = /^([A-Z]+) (.*)$/.exec(line) ?? []
    if (name === 'FROM') stage++
    return { name, text: rest, stage }
  })
}

function valuesOf(all: readonly Instruction[], name: string, stage: number): readonly string[] {
  return all.filter(instruction => instruction.name === name && instruction.stage === stage).map(({ text }) => text)
}

/** The sources of the COPY instructions of a stage, relative to the project. */
function copied(all: readonly Instruction[], stage: number): readonly string[] {
  return valuesOf(all, 'COPY', stage).flatMap(text =>
    text
      .split(' ')
      .slice(0, -1)
      .filter(word => !word.startsWith('--'))
      .map(word => word.replace(/^\/src\//, '')),
  )
}

/** As Docker reads it: the last pattern that fits a path decides. */
async function ignores(): Promise<(path: string) => boolean> {
  const lines = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n')
  const rules = lines
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => ({ out: !line.startsWith('!'), fits: picomatch(under(line.replace('!', '')), { dot: true }) }))
  return path => rules.findLast(({ fits }) => fits(path))?.out ?? false
}

function under(pattern: string): string[] {
  return [pattern, `${pattern}/**`]
}

/** The project's own files; what is made or installed is told apart by where it lies. */
async function ownFiles(folder = ''): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true })
  const own = entries.filter(({ name }) => !['.git', 'node_modules', 'dist', 'coverage'].includes(name))
  const found = own.map(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? ownFiles(path) : Promise.resolve([path])
  })
  return (await Promise.all(found)).flat()
}

test('the context has what the build needs, and little else', async () => {
  const [ignored, files, all] = await Promise.all([ignores(), ownFiles(), instructions()])
  const context = files.filter(file => !ignored(file))
  for (const source of copied(all, 0).filter(path => path !== '.')) expect(context).toContain(source)
  expect(context).toEqual(expect.arrayContaining(['src/main.ts', 'tsconfig.json', 'bin/run.js', 'scripts/clean.mjs']))
  expect(context.filter(file => /^(test|bench|docs|plugins\/[^/]+\/test)\//.test(file))).toEqual([])
  for (const path of ['node_modules/a/index.js', 'plugins/tracker-udp/dist/index.js', 'dist/main.js', '.git/config']) {
    expect([path, ignored(path)]).toEqual([path, true])
  }
})

test('the build installs every workspace, by scripts that exist', async () => {
  const all = await instructions()
  const workspaces = (await ownFiles()).filter(file => /^plugins\/[^/]+\/package\.json$/.test(file))
  expect(copied(all, 0)).toEqual(expect.arrayContaining(workspaces))
  const { scripts, engines } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
    readonly engines: { readonly node: string }
  }
  const run = valuesOf(all, 'RUN', 0).join('\n')
  for (const [, script = ''] of run.matchAll(/npm run (\S+)/g)) expect(Object.keys(scripts)).toContain(script)
  const [least = 0] = /\d+/.exec(engines.node) ?? []
  for (const text of all.filter(({ name }) => name === 'FROM').map(instruction => instruction.text)) {
    expect(Number(/^node:(\d+)-alpine/.exec(text)?.[1])).toBeGreaterThanOrEqual(Number(least))
  }
})

test('the image seeds as nobody special, on the port that it names', async () => {
  const all = await instructions()
  expect(valuesOf(all, 'USER', 1)).toEqual(['node'])
  const env = Object.fromEntries(valuesOf(all, 'ENV', 1).flatMap(text => text.split(' ').map(pair => pair.split('='))))
  expect(valuesOf(all, 'EXPOSE', 1)).toEqual([`${env['BT_PORT']}/tcp`])
  const [command = '', ...args] = JSON.parse(valuesOf(all, 'CMD', 1)[0] ?? '[]') as string[]
  expect(await bt([command, '--help'])).toMatchObject({ code: 0 })

  // The shipped stage by hand; its node_modules are those of this checkout.
  const app = join(tempFolder(), 'app')
  await mkdir(app)
  for (const source of copied(all, 1)) {
    const place = join(app, basename(source))
    if (source === 'node_modules') await symlink(join(ROOT, source), place)
    else await cp(join(ROOT, source), place, { recursive: true, filter: path => !path.includes('node_modules') })
  }
  const data = tempFolder()
  await writeFile(join(data, 'content.bin'), 'x'.repeat(100_000))
  const words = [command, ...args].map(word => (word === '/data' ? data : word))
  const child = spawn(process.execPath, [join(app, 'bin', 'run.js'), ...words], {
    cwd: data,
    env: { ...env, PATH: process.env['PATH'], HOME: '/nonexistent', BT_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let port = ''
  for await (const line of createInterface({ input: child.stdout })) {
    port = /^Listening on .*:(\d+)$/.exec(line)?.[1] ?? ''
    if (port !== '') break
  }
  const [, check = ''] = /CMD (\[.*\])$/.exec(valuesOf(all, 'HEALTHCHECK', 1)[0] ?? '') ?? []
  const [program, ...checkArgs] = JSON.parse(check) as string[]
  expect(program).toBe('node')
  const probe = (at: string) => promisify(execFile)(process.execPath, checkArgs, { env: { BT_PORT: at } })
  await probe(port)
  child.kill(valuesOf(all, 'STOPSIGNAL', 1)[0] as NodeJS.Signals)
  expect(await once(child, 'exit')).toEqual([130, null])
  await expect(probe(port)).rejects.toMatchObject({ code: 1 })
})
