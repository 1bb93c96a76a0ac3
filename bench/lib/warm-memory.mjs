// Memory that nobody used for a while is the machine's host's again: a virtual machine reports free pages, and the first
// to touch one waits several times as long as its own work on it takes. That would hide what the clients differ in, and hit
// them by chance. So as much as a transfer is going to write is written before, and let go little by little while it grows.
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes that are let go at once. */
const STEP = 2 ** 24
/** Bytes that are free and warm at any time. */
const AHEAD = 2 ** 27
/** Milliseconds between looks. */
const LOOK = 10

export class WarmMemory {
  #folder
  #files = []
  #released = 0
  #timer
  #start

  /** @param {number} bytes that are going to be written to the lab's tmpfs */
  constructor(lab, bytes) {
    this.#folder = lab.folder('warm')
    const step = Buffer.alloc(STEP, 1)
    for (let index = 0; index * STEP < bytes + AHEAD; index++) {
      const file = join(this.#folder, String(index))
      writeFileSync(file, step)
      this.#files.push(file)
    }
  }

  /** From now on as much is let go as is taken. */
  follow() {
    this.#start = this.#taken()
    this.#keepAhead()
    this.#timer = setInterval(() => this.#keepAhead(), LOOK)
  }

  close() {
    clearInterval(this.#timer)
    rmSync(this.#folder, { recursive: true })
  }

  #keepAhead() {
    const wanted = this.#taken() - this.#start + AHEAD
    while (this.#released < wanted && this.#files.length > 0) {
      rmSync(this.#files.pop())
      this.#released += STEP
    }
  }

  /** Bytes on the tmpfs that are not ours. */
  #taken() {
    const { blocks, bfree, bsize } = statfsSync(this.#folder)
    return (blocks - bfree) * bsize - this.#files.length * STEP
  }
}
