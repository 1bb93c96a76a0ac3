// A whole swarm: a seed, leeches that a tracker introduces to some others at random, and when each had everything. Where a piece
// is one block, blocks of 1 KiB stand for those of 16 KiB (see `Carriage`), and rates are a sixteenth of those meant.
import { randomIndex } from '../../../src/lib/picker/random.ts'
import type { Link } from './network.ts'
import type { Node, NodeOptions } from './node.ts'
import { World } from './world.ts'

const SMALL_BLOCK = 1024
const BLOCK = 16_384
/** 25 kB a second up and ten times as much down, as they are meant. */
export const UP = 1600
export const LINE: Link = { up: UP, down: 10 * UP, latency: 25 }
/** The same where nothing is scaled. */
const REAL_LINE: Link = { up: (UP * BLOCK) / SMALL_BLOCK, down: (10 * UP * BLOCK) / SMALL_BLOCK, latency: 25 }

export interface SwarmOptions {
  readonly leeches: number
  readonly pieces: number
  /** Of a piece; 1 by default. */
  readonly blocks?: number
  /** Peers that a tracker names to each. */
  readonly introductions?: number
  readonly leech?: (index: number) => Partial<NodeOptions>
  readonly seed?: number
}

export class Swarm {
  readonly world: World
  readonly seed: Node
  readonly leeches: Node[] = []
  /** Milliseconds. */
  readonly finishedAt: Map<Node, number> = new Map()
  readonly #introductions: number
  readonly #line: Link
  #unfinished = 0

  constructor({ leeches, pieces, blocks = 1, introductions = 12, leech, seed = 1 }: SwarmOptions) {
    const blockLength = blocks === 1 ? SMALL_BLOCK : BLOCK
    this.world = new World(seed, { pieces, pieceLength: blocks * blockLength }, { blockLength })
    this.#introductions = introductions
    this.#line = blocks === 1 ? LINE : REAL_LINE
    this.seed = this.world.seed({ link: this.#line })
    for (let index = 0; index < leeches; index++) this.join(leech?.(index))
  }

  /** Bytes. */
  get size(): number {
    return this.world.content.bytes.length
  }

  /** One more leech, which is told of some that are here. */
  join(options: Partial<NodeOptions> = {}): Node {
    const { random, clock } = this.world
    const onComplete = (node: Node): void => {
      this.finishedAt.set(node, clock.now)
      this.#unfinished--
    }
    const node = this.world.node({ link: this.#line, ...options, onComplete })
    const others = [this.seed, ...this.leeches]
    const known = new Set<Node>()
    while (known.size < Math.min(this.#introductions, others.length)) {
      const other = others[randomIndex(others.length, random)]
      if (other !== undefined) known.add(other)
    }
    this.leeches.push(node)
    this.#unfinished++
    node.know(...known)
    return node
  }

  /** Goes away without a word. */
  leave(node: Node): void {
    this.leeches.splice(this.leeches.indexOf(node), 1)
    if (!this.finishedAt.delete(node)) this.#unfinished--
    node.vanish()
  }

  /** Runs until all leeches that have not left have everything. */
  untilFinished(limit = 3_600_000): void {
    this.world.clock.runUntil('all finished', () => this.#unfinished === 0, limit)
  }

  /** Seconds in which these got everything, the first first. */
  times(of: readonly Node[] = this.leeches): number[] {
    return of.map(node => (this.finishedAt.get(node) ?? Infinity) / 1000).sort((a, b) => a - b)
  }

  /** How often the seed has uploaded the content. */
  get copies(): number {
    return this.seed.torrent.stats.upload.total / this.size
  }

  /**
   * Seconds in which all could have everything at best, were data a fluid: the seed must send everything once, each leech take
   * everything in, and all together send as often as there are leeches (Kumar and Ross, "Peer-assisted file distribution: the
   * minimum distribution time").
   */
  get bound(): number {
    const links = this.leeches.map(({ link }) => link)
    const up = links.reduce((sum, link) => sum + link.up, this.seed.link.up)
    const slowest = Math.min(...links.map(({ down }) => down))
    return Math.max(this.size / this.seed.link.up, this.size / slowest, (this.size * links.length) / up)
  }

  /** The share of what came that was of no use. */
  get wasted(): number {
    const wasted = this.leeches.reduce((sum, { torrent }) => sum + torrent.stats.wasted, 0)
    return wasted / (this.size * this.leeches.length)
  }
}

/** For a line of figures. */
export function spread(times: readonly number[]): string {
  const at = (share: number): string => (times[Math.floor(share * (times.length - 1))] ?? NaN).toFixed(0)
  return `first ${at(0)} s, median ${at(0.5)} s, last ${at(1)} s`
}
