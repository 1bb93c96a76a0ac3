// The process around the commands: one exit, after everything is written, with the code that the error names.
import { fileURLToPath } from 'node:url'
import { run, settings } from '@oclif/core'
import { exitCodeOf, report } from './cli/report.ts'

/** @param url of the script that runs; the package root is found from there. */
export async function main(url: string, argv: readonly string[] = process.argv.slice(2)): Promise<never> {
  // oclif would try to transpile sources for linked plugins, which it can not with TypeScript 7.
  settings.enableAutoTranspile = false
  // Whoever reads our output may stop reading (`bt peers … | head -1`); that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  let code = 0
  try {
    await run([...argv], fileURLToPath(url))
    code = Number(process.exitCode ?? 0)
  } catch (error) {
    code = exitCodeOf(error)
    report(error, { json: argv.includes('--json'), debug: argv.includes('--debug') })
  }
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(code)
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise(resolve => stream.write('', () => resolve()))
}
