// The process around the commands: one exit, after everything is written, with the code that the error names.
import { writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exitCodeOf, knownError, outputError, report, reportMode } from './cli/report.ts'
import { shortWay } from './cli/short-way.ts'
import { written } from './cli/written.ts'

/** @param url of the script that runs; the package root is found from there. */
export async function main(url: string, argv: readonly string[] = process.argv.slice(2)): Promise<never> {
  process.stdout.on('error', onOutputError)
  // There is nobody left to tell; the exit code still says what happened.
  process.stderr.on('error', () => undefined)
  process.once('exit', onExit)
  let code = 0
  try {
    const command = await shortWay(argv)
    await (command === undefined ? longWay(url, argv) : command.run())
    code = Number(process.exitCode ?? 0)
  } catch (thrown) {
    const error = knownError(thrown)
    code = exitCodeOf(error)
    await report(error, await reportMode(argv))
  }
  await written(process.stdout, process.stderr)
  process.exit(code)
}

/** Through oclif, which knows help and the user's plugins. */
async function longWay(url: string, argv: readonly string[]): Promise<void> {
  const [{ Config, run, settings }, { loadOclifConfig }, { shortenOclifWarnings }] = await Promise.all([
    import('@oclif/core'),
    import('./cli/oclif-config.ts'),
    import('./cli/oclif-warnings.ts'),
  ])
  // oclif would try to transpile sources for linked plugins, which it can not with TypeScript 7.
  settings.enableAutoTranspile = false
  // oclif throws from its own listener, past everyone who could say it in words.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', onOutputError)
  shortenOclifWarnings(warn)
  await run([...argv], await loadOclifConfig(Config, fileURLToPath(url), warn))
}

/** Node's code for a program that waits for what can not come any more. */
const UNSETTLED = 13

/** Ours waits for nothing without a timer, so it is a plugin's module. */
function onExit(): void {
  if (process.exitCode !== UNSETTLED) return
  // Past oclif, which may be holding back what goes to stderr while it shows a spinner.
  writeSync(process.stderr.fd, '\nbt: a plugin never ends loading; report it to its author\n')
  process.exitCode = 1
}

function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`)
}

/** Whoever reads our output may stop reading (`bt peers … | head -1`); that is no error of ours. */
function onOutputError(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(0)
  const known = outputError(error)
  process.stderr.write(`bt: ${known.message}\n`)
  process.exit(known.exitCode)
}
