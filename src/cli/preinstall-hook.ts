// Said by `bt plugins install` before npm is asked for anything.

const hook = (): Promise<void> => {
  process.stderr.write('a plugin runs inside of bt with all your rights: install only what you would run by itself\n')
  return Promise.resolve()
}

export default hook
