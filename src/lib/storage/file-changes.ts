// Counts how often each file of a torrent was changed by others: whenever it is looked at it is as it was at the last look or
// as our own last write left it, or that is a change.
import type { ExactStamp } from './file-stamp.ts'

/**
 * Milliseconds after a change in which a file's times say nothing of another: the system sets them when a write begins, or a
 * mapping's first since its memory was last written back (every 30 s), not when the bytes come.
 */
const SETTLING = 120_000
/** The size of a file that was not looked at yet. */
const UNSEEN = -1

export class FileChanges {
  readonly #sizes: Float64Array
  readonly #mtimes: BigInt64Array
  readonly #ctimes: BigInt64Array
  readonly #counts: Uint32Array
  /** Our own writes under way. */
  readonly #writes: Uint16Array
  /** How often such a write began or ended. */
  readonly #turns: Uint32Array
  /** When the times of a file say something again. */
  readonly #settled: Float64Array
  readonly #now: () => number
  #total = 0

  /** @param files that there are, numbered from 0. @param now milliseconds, monotonic */
  constructor(files: number, now: () => number = () => performance.now()) {
    this.#now = now
    this.#settled = new Float64Array(files)
    this.#sizes = new Float64Array(files).fill(UNSEEN)
    this.#mtimes = new BigInt64Array(files)
    this.#ctimes = new BigInt64Array(files)
    this.#counts = new Uint32Array(files)
    this.#writes = new Uint16Array(files)
    this.#turns = new Uint32Array(files)
  }

  /** Of all files. */
  get total(): number {
    return this.#total
  }

  of(file: number): number {
    return this.#counts[file] ?? 0
  }

  /** Whether it would show if bytes were changed now. */
  isSettled(file: number): boolean {
    return this.#now() >= (this.#settled[file] ?? 0)
  }

  /** A first look, before anything in it is verified; later ones at a path do not count. */
  expect(file: number, stamp: ExactStamp): void {
    if (this.#sizes[file] === UNSEEN) this.#remember(file, stamp)
  }

  /** A look at the open file, after it was read. While we write to it ourselves, nothing can be told. */
  seen(file: number, stamp: ExactStamp): void {
    if (this.#writes[file] !== 0 || this.#isAsBefore(file, stamp)) return
    if (this.#sizes[file] !== UNSEEN) {
      this.#counts[file] = this.of(file) + 1
      this.#total++
      // Another mode, name or owner is no change of bytes, but a time that was set back looks the same.
      const touched = this.#sizes[file] === stamp.size && this.#mtimes[file] === stamp.mtimeNs
      if (!touched) this.#settled[file] = this.#now() + SETTLING
    }
    this.#remember(file, stamp)
  }

  /** For a look that begins now and takes its time: `seen`, but for files that we have written to since. */
  seenLater(): (file: number, stamp: ExactStamp) => void {
    const turns = this.#turns.slice()
    return (file, stamp) => {
      if (turns[file] === this.#turns[file]) this.seen(file, stamp)
    }
  }

  /** A write of our own begins. @returns its turn */
  writing(file: number): number {
    this.#writes[file] = (this.#writes[file] ?? 0) + 1
    return this.#turn(file)
  }

  /**
   * It is over.
   * @param stamp undefined where it is not known, after a failure
   * @param found what only now is known of how the file was before, and the turn: with no other write of ours meanwhile, that
   * is a look as well
   */
  written(file: number, stamp: ExactStamp | undefined, found?: { stamp: ExactStamp; turn: number }): void {
    const alone = this.#writes[file] === 1 && this.#turns[file] === found?.turn
    this.#turn(file)
    this.#writes[file] = Math.max(1, this.#writes[file] ?? 0) - 1
    if (alone && found !== undefined) this.seen(file, found.stamp)
    if (stamp !== undefined) this.#remember(file, stamp)
  }

  #turn(file: number): number {
    return (this.#turns[file] = (this.#turns[file] ?? 0) + 1)
  }

  #isAsBefore(file: number, { size, mtimeNs, ctimeNs }: ExactStamp): boolean {
    return this.#sizes[file] === size && this.#mtimes[file] === mtimeNs && this.#ctimes[file] === ctimeNs
  }

  #remember(file: number, { size, mtimeNs, ctimeNs }: ExactStamp): void {
    this.#sizes[file] = size
    this.#mtimes[file] = mtimeNs
    this.#ctimes[file] = ctimeNs
  }
}
