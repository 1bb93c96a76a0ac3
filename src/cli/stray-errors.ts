// What fails in a plugin's own time - a timer, a promise that nobody waits for - reaches no `try` of ours, and would end the
// process. It is told of once and the command goes on; any other stray error ends it, as it would without this.
import { realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { messageOf } from '../lib/base/errors.ts'

export interface PluginFolder {
  readonly name: string
  readonly root: string
}

export interface StrayErrors {
  readonly onPlugin: (warning: string) => void
  /** It is in none of the plugins. */
  readonly onOther: (error: unknown) => void
}

/** @returns what takes the listener off again. */
export function watchStrayErrors(plugins: readonly PluginFolder[], { onPlugin, onOther }: StrayErrors): () => void {
  const folders = plugins.map(({ name, root }) => ({ name, prefixes: prefixesOf(root) }))
  const blamed = new Set<string>()
  const onError = (error: unknown): void => {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    const culprit = folders.find(({ prefixes }) => prefixes.some(prefix => stack.includes(prefix)))
    if (culprit === undefined) return onOther(error)
    if (blamed.has(culprit.name)) return
    blamed.add(culprit.name)
    onPlugin(`plugin ${culprit.name} failed in the background: ${messageOf(error)}; report it to its author`)
  }
  // A rejection that nobody handles comes here too.
  process.on('uncaughtException', onError)
  return () => void process.off('uncaughtException', onError)
}

/** As stack traces have it: ES modules by the URL of the real path, CommonJS by path. */
function prefixesOf(root: string): readonly string[] {
  const real = realOf(root)
  return [`${pathToFileURL(real).href}/`, `${real}${sep}`]
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
