// A whole swarm on loopback, by bt's own commands: a tracker, a seeder, and a download by magnet link that you watch.
// Everything lives in a temporary folder and ends with the script.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'

const BT = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const MEBIBYTE = 1024 * 1024
/** MiB; enough to see the bar move. */
const SIZE = Number(process.env['BT_DEMO_MIB'] ?? 512)

const folder = await mkdtemp(join(tmpdir(), 'bt-demo-'))
const running = []
let ending = false
/** While a command draws on this terminal, what the others say waits here. */
let held

/** Starts a command that goes on in the background and resolves with the first line that matches. */
function start(args, pattern) {
  show(args)
  const child = spawn(process.execPath, [BT, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  running.push(child)
  const tell = line => say(`  [${args[0]}] ${line}`)
  createInterface({ input: child.stderr }).on('line', tell)
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`bt ${args[0]} ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', line => {
      tell(line)
      const match = pattern.exec(line)
      if (match !== null) resolve(match[1])
    })
  })
}

function say(line) {
  if (held !== undefined) held.push(line)
  else if (!ending) console.log(line)
}

/** Runs a command to its end, on this terminal. */
function watch(args) {
  show(args)
  return ended(args, spawn(process.execPath, [BT, ...args], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] }))
}

/** Runs a command to its end and resolves with the lines that it prints. */
async function run(args) {
  show(args)
  const child = spawn(process.execPath, [BT, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = []
  createInterface({ input: child.stdout }).on('line', line => {
    lines.push(line)
    say(`  ${line}`)
  })
  await ended(args, child)
  return lines
}

function ended(args, child) {
  running.push(child)
  return new Promise((resolve, reject) => {
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(`bt ${args[0]} ended with ${code}`))))
  })
}

function show(args) {
  console.log(`\n$ bt ${args.map(arg => (/[&?]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`)
}

async function makeContent(path) {
  const file = await open(path, 'w')
  for (let done = 0; done < SIZE; done += 8) await file.write(randomBytes(8 * MEBIBYTE))
  await file.close()
}

async function sha256(path) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function end() {
  ending = true
  for (const child of running.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    const gone = new Promise(resolve => child.once('close', resolve))
    child.kill('SIGINT')
    await gone
  }
  await rm(folder, { recursive: true, force: true })
}

try {
  console.log(`A swarm on this machine alone, in ${folder}; ${SIZE} MiB of random bytes to move.`)
  await makeContent(join(folder, 'movie.bin'))

  const tracker = await start(['tracker', '--host', '127.0.0.1', '--http-port', '0', '--udp-port', '0'], /(http:\S+)/)
  const created = await run(['create', 'movie.bin', '--tracker', tracker])
  const magnet = created.map(line => /^Magnet: (.*)$/.exec(line)?.[1]).find(found => found !== undefined)
  await start(['seed', 'movie.bin.torrent', '.', '--host', '127.0.0.1'], /^(Listening on .*)/)
  held = []
  await watch(['download_magnet', magnet, '-o', 'copy.bin'])
  for (const line of held) console.log(line)
  held = undefined

  const [original, copy] = await Promise.all([sha256(join(folder, 'movie.bin')), sha256(join(folder, 'copy.bin'))])
  console.log(`\nsha256 of movie.bin  ${original}\nsha256 of copy.bin   ${copy}`)
  if (original !== copy) throw new Error('the copy differs from the original')
  console.log('The copy is the original. That was a tracker, a seeder and a download by magnet link.')
} catch (error) {
  console.error(`demo: ${error.message}`)
  process.exitCode = 1
} finally {
  await end()
}
