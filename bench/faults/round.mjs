// One download: ended at a random moment, ended again while it resumes, and then left to finish.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BT } from '../lib/clients/bt.mjs'

/** Of the runs that are ended, those that are so by the clock, mostly before they have begun; milliseconds. */
const EARLY = 0.2
const START = 600
/** Milliseconds between looks at what was given, and of the moments between. */
const LOOK = 10
/** How much of what it printed goes into a failure's message, in characters. */
const TAIL = 500

export class Round {
  #options
  /** Of those runs that were ended: what was on the disk then, and how much more had been given. */
  #ends = []

  /** @param {{ source: object, folder: string, random: () => number, signals: string[] }} options */
  constructor(options) {
    this.#options = options
  }

  async run() {
    const { folder } = this.#options
    mkdirSync(folder)
    try {
      for (let time = 0; time < 2; time++) await this.#end()
      const { failure, again } = await this.#finish()
      return { ends: this.#ends, again, failure: failure && `${this.#options.source.shape.name}: ${failure}` }
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  async #end() {
    const { random, signals, source } = this.#options
    const [before, storedBefore] = [source.given(), this.#stored()]
    const { child, ended } = this.#start()
    const [early, part, rest] = [random() < EARLY, random(), random()]
    const signal = signals[Math.floor(random() * signals.length)]
    if (early) await Promise.race([sleep(part * START), ended])
    const enough = early ? 0 : part * (source.torrent.length - storedBefore)
    while (child.exitCode === null && source.given() - before < enough) await sleep(LOOK)
    await sleep(rest * LOOK)
    child.kill(signal)
    const { code } = await ended
    const stored = this.#stored()
    const inFlight = source.given() - before - (stored - storedBefore)
    this.#ends.push({ stored, inFlight, early: code === 0 })
  }

  /** `again`: bytes that it fetched though they were there. */
  async #finish() {
    const { source } = this.#options
    const missing = source.torrent.length - this.#stored()
    const { ended } = this.#start()
    const { code, printed } = await ended
    const fetched = Number(/"downloaded":(\d+)(?!.*"downloaded")/s.exec(printed)?.[1] ?? 0)
    const right = this.#stored() === source.torrent.length
    const failure = `exit code ${code}, ${right ? 'right' : 'wrong'} bytes: ${printed.slice(-TAIL)}`
    return { again: Math.max(0, fetched - missing), failure: code === 0 && right ? undefined : failure }
  }

  #start() {
    const { source, folder } = this.#options
    const args = [
      BT,
      'download',
      source.torrent.file,
      '-o',
      join(folder, 'content'),
      '--peer',
      source.address,
      '--json',
    ]
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (printed += text))
    return { child, ended: once(child, 'close').then(([code]) => ({ code, printed })) }
  }

  /** Bytes of the pieces that are right on the disk. */
  #stored() {
    const { source, folder } = this.#options
    const { content, pieceLength, length } = source.torrent
    const disk = Buffer.alloc(length)
    let at = 0
    for (const { path, length } of content.files) {
      readOrNothing(join(folder, content.name, ...path)).copy(disk, at, 0, length)
      at += length
    }
    return source.pieces
      .filter((piece, index) => piece.equals(disk.subarray(index * pieceLength, index * pieceLength + piece.length)))
      .reduce((sum, piece) => sum + piece.length, 0)
  }
}

function readOrNothing(path) {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}
