#!/usr/bin/env node
const { main } = await import('../bundle/main.js').catch(giveUp)
await main(import.meta.url)

/** Nothing of the program is loaded yet that could say it better; what Node says of it is a stack trace. */
function giveUp(error) {
  if (error.code !== 'EMFILE' && error.code !== 'ENFILE') throw error
  console.error(`bt: too many files are open (${error.code}) to load the program; allow more with ulimit -n`)
  process.exit(8)
}
