// While plugins are being loaded nothing is printed yet: whatever goes to stdout then is theirs, and belongs to stderr, as
// stdout carries the result and nothing else. One that ends the program is named, and the exit status says that it failed.

/** Runs `load`, in which only plugins of these names do anything of their own. */
export async function guardPlugins<T>(names: readonly string[], load: () => Promise<T>): Promise<T> {
  const { stdout, stderr } = process
  const onExit = (code: number): void => {
    stderr.write(`bt: a plugin ended the program while it was loaded, one of ${names.join(', ')}; uninstall it\n`)
    if (code === 0) process.exitCode = 1
  }
  const watched = names.length > 0
  if (watched) {
    stdout.write = stderr.write.bind(stderr)
    process.once('exit', onExit)
  }
  try {
    return await load()
  } finally {
    if (watched) {
      Reflect.deleteProperty(stdout, 'write')
      process.off('exit', onExit)
    }
  }
}
