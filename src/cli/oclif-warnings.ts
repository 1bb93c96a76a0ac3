// What oclif warns of, in our manner: one line that says which plugin it is. It prints a paragraph for whoever develops it.

/** From now on, until the process ends. */
export function shortenOclifWarnings(warn: (message: string) => void): void {
  const before = process.listeners('warning')
  process.removeAllListeners('warning')
  const told = new Set<string>()
  process.on('warning', (warning: Error & { readonly detail?: string }) => {
    const line = oclifWarning(warning.detail ?? '')
    if (line === undefined) for (const listener of before) listener.call(process, warning)
    else if (!told.has(line)) warn(line)
    if (line !== undefined) told.add(line)
  })
}

/** Undefined where it is not about a plugin. */
export function oclifWarning(text: string): string | undefined {
  const of = (key: string): string => new RegExp(`^${key}: (.*)$`, 'm').exec(text)?.[1]?.trim() ?? ''
  if (!of('module').startsWith('@oclif/core') || of('plugin') === '') return undefined
  const command = /^findCommand \((.*)\)$/.exec(of('task'))?.[1]
  const what = command === undefined ? `a part of it (${of('task')})` : `its command ${command.replaceAll(':', ' ')}`
  return `plugin ${of('plugin')}: ${what} was left out: ${of('message')}; update it, or remove it with "bt plugins uninstall ${of('plugin')}"`
}
