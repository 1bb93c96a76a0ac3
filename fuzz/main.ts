// `npm run fuzz [-- target…] [--seconds N | --executions N] [--seed N] [--replay file]`; see README.md.
import { createHash, randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, Judge } from './judge.ts'
import { runTarget, type Course } from './run-target.ts'
import { TARGETS, targetNamed } from './targets.ts'

/** Beside the sources; this file runs from fuzz/dist/fuzz. */
const FINDINGS = new URL('../../findings/', import.meta.url)
const DEFAULT_SECONDS = '10'

const OPTIONS = {
  seconds: { type: 'string' },
  executions: { type: 'string' },
  seed: { type: 'string' },
  replay: { type: 'string' },
  list: { type: 'boolean' },
} as const
type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values']

function readArguments(): { readonly values: Values; readonly positionals: readonly string[] } {
  return parseArgs({ allowPositionals: true, options: OPTIONS })
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  if (values.list === true) return list()
  const names = positionals.length > 0 ? positionals : TARGETS.map(target => target.name)
  for (const name of names) targetNamed(name)
  if (values.replay !== undefined) return replay(names, values.replay)
  const seed = numberOf(values.seed ?? String(randomInt(2 ** 32)))
  console.log(`seed ${seed}`)
  for (const name of names) await fuzz({ name, seed, ...bounds(values) })
}

function list(): void {
  for (const { name, promise } of TARGETS) console.log(`${name.padEnd(20)}${promise}`)
}

/** Both bounds hold where both are given. */
function bounds(values: Values): Pick<Course, 'executions' | 'milliseconds'> {
  const { executions } = values
  const seconds = values.seconds ?? (executions === undefined ? DEFAULT_SECONDS : undefined)
  return {
    executions: executions === undefined ? Infinity : numberOf(executions),
    milliseconds: seconds === undefined ? Infinity : numberOf(seconds) * 1000,
  }
}

async function fuzz(course: Course): Promise<void> {
  const start = performance.now()
  const said = (executions: number, outcomes: number): string => {
    const seconds = (performance.now() - start) / 1000
    const rate = Math.round(executions / Math.max(seconds, 0.001))
    return `${course.name}: ${executions} executions, ${outcomes} kinds of results, ${seconds.toFixed(0)} s, ${rate}/s`
  }
  const progress = process.stderr.isTTY
    ? (text: string): unknown => process.stderr.write(`\r\u001b[K${text}`)
    : (): unknown => undefined
  const result = await runTarget(course, ({ executions, outcomes }) => progress(said(executions, outcomes)))
  progress('')
  if (result.type === 'passed') {
    console.log(said(result.executions, result.outcomes))
    return
  }
  const file = save(course.name, result.input)
  console.log(`${course.name}: FAILED, ${result.text}`)
  console.log(`The input, ${result.input.length} bytes, is in ${file}; to see it fail again:`)
  console.log(`npm run fuzz -- ${course.name} --replay ${file}`)
  process.exitCode = 1
}

function save(name: string, input: Uint8Array): string {
  mkdirSync(FINDINGS, { recursive: true })
  const hash = createHash('sha1').update(input).digest('hex')
  const file = new URL(`${name}-${hash.slice(0, 8)}`, FINDINGS)
  writeFileSync(file, input)
  return relative(process.cwd(), file.pathname)
}

/** Without a thread or a watch, so that a debugger is of use. */
function replay(names: readonly string[], file: string): void {
  const input = new Uint8Array(readFileSync(file))
  for (const name of names) {
    try {
      console.log(`${name}: ${new Judge(targetNamed(name), 1).execute(input)}`)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      console.log(`${name}: FAILED, ${error.message}`)
      process.exitCode = 1
    }
  }
}

function numberOf(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= 0) return value
  throw new RangeError(`"${text}" is not a number of anything`)
}

try {
  await main()
} catch (error) {
  // What was mistyped, or a file that is not there: nothing that a stack would explain.
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
