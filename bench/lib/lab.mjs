// What all cases share: the folder on tmpfs, the clients that were found, the content, the tracker.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findClients } from './clients/index.mjs'
import { Child, endEverything } from './child.mjs'
import { randomFile } from './content.mjs'
import { scratchMount, SUBNET } from './namespace.mjs'
import { makeTorrent } from './torrent.mjs'
import { StaticTracker } from './tracker.mjs'

/** Bytes a second that every client is taken to be faster than. */
const SLOWEST = 5_000_000
/** Seconds that anything may take besides, and that nothing may take in all but what is to last. */
const PATIENCE = 180
const LONGEST = 1800

/** @param {import('./options.mjs').Options} options */
export async function openLab(options) {
  const lab = new Lab(options)
  await lab.open()
  return lab
}

export class Lab {
  /** What went wrong in any case: the benchmark ends with 1 then. @type {string[]} */
  failures = []
  #made = new Map()
  #folders = 0
  #hosts = 1
  #clients = []

  constructor(options) {
    this.options = options
    this.root = mkdtempSync(join(options.dir ?? scratchMount(), 'data-'))
    this.env = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: this.folder('home') }
    this.tracker = new StaticTracker()
  }

  async open() {
    await this.tracker.listen(`${SUBNET}.0.1`)
    this.#clients = await findClients(this)
  }

  async close() {
    await endEverything()
    this.tracker.close()
    if (!this.options.keep) rmSync(this.root, { recursive: true })
  }

  versions() {
    return this.#clients.map(({ name, version }) => ({ name, version }))
  }

  /** Those of `names` that are here and wanted, in that order. @returns {import('./clients/index.mjs').Client[]} */
  clients(...names) {
    const here = name => this.#clients.find(one => one.name === name && one.version !== undefined)
    return names.map(here).filter(client => client !== undefined)
  }

  /** @returns {string} a new, empty folder */
  folder(name) {
    const path = join(this.root, `${name}-${(this.#folders += 1)}`)
    mkdirSync(path)
    return path
  }

  /** An address that nobody has: Transmission knows a peer by its address alone. */
  host() {
    this.#hosts += 1
    return `${SUBNET}.${this.#hosts >> 8}.${this.#hosts & 255}`
  }

  /**
   * @param {number} bytes what it moves, which decides how long it may take
   * @param {number} seconds that it is to last besides
   */
  spawn(program, args, bytes, seconds = 0) {
    const limit = seconds + Math.min(PATIENCE + bytes / SLOWEST, LONGEST)
    return new Child({ program, args, env: this.env, cwd: this.folder('work'), limit })
  }

  /** The random file that most cases transfer, made once. */
  async randomFile() {
    return await this.once('random file', () => randomFile(this.folder('content'), this.options.size))
  }

  /** Its torrent, made once per piece length. */
  async torrent(pieceLength) {
    return await this.once(`torrent ${pieceLength}`, async () =>
      makeTorrent(await this.randomFile(), { pieceLength, folder: this.folder('torrent'), tracker: this.tracker.url }),
    )
  }

  /** What `make` gave the first time. */
  async once(key, make) {
    if (!this.#made.has(key)) this.#made.set(key, make())
    return await this.#made.get(key)
  }

  note(text) {
    console.error(text)
  }

  fail(text) {
    this.failures.push(text)
    this.note(`FAILED: ${text}`)
  }
}
