// Complete pieces that wait for one worker, first in, first out, in memory that both threads see: a message back would wait
// until the event loop comes round to it, which is after as much as 8 MiB of a fast socket.

/** Jobs, with those that are done and not reaped: no more slots may be in use. */
export const CAPACITY = 64

const POSTED = 0
const DONE = 1
const JOBS = 2
/** Slot, piece and length. */
const JOB = 3
/** In place of a slot. */
const END = -1

const BYTES = 4 * (JOBS + JOB * CAPACITY)

export class Backlog {
  #words
  #reaped = 0

  constructor(memory = new SharedArrayBuffer(BYTES)) {
    this.memory = memory
    this.#words = new Int32Array(memory)
  }

  /** How many were posted and are not done. */
  get waiting() {
    return Atomics.load(this.#words, POSTED) - Atomics.load(this.#words, DONE)
  }

  post({ slot, piece, length }) {
    const posted = Atomics.load(this.#words, POSTED)
    this.#words.set([slot, piece, length], place(posted))
    Atomics.store(this.#words, POSTED, posted + 1)
    Atomics.notify(this.#words, POSTED)
  }

  /** The worker's work ends when it has done all that was posted. */
  end() {
    this.post({ slot: END, piece: 0, length: 0 })
  }

  /** The slots whose pieces are done, each one once. */
  *reap() {
    const done = Atomics.load(this.#words, DONE)
    for (; this.#reaped < done; this.#reaped++) yield this.#words[place(this.#reaped)]
  }

  /** The worker's: does one job after the other until the end. */
  work(store) {
    for (let done = 0; ; done++) {
      while (Atomics.load(this.#words, POSTED) === done) Atomics.wait(this.#words, POSTED, done)
      const [slot, piece, length] = this.#words.subarray(place(done), place(done) + JOB)
      if (slot === END) return
      store({ slot, piece, length })
      Atomics.store(this.#words, DONE, done + 1)
    }
  }
}

function place(job) {
  return JOBS + JOB * (job % CAPACITY)
}
