// A simulation in one object: what a seed determines, a clock, a network and its peers.
import { peerId, type PeerId } from '../../../src/lib/base/ids.ts'
import { seeded } from '../../picker/support.ts'
import { Clock } from './clock.ts'
import { makeContent, type Content, type ContentOptions } from './content.ts'
import { Network, type Carriage, type Link } from './network.ts'
import { Node, type NodeOptions } from './node.ts'
import { ScriptedPeer, type Script, type ScriptedPeerOptions } from './scripted-peer.ts'

/** 1 MiB a second each way, 10 ms to the middle of the network. */
export const LINK: Link = { up: 1_048_576, down: 1_048_576, latency: 10 }

export class World {
  readonly random: () => number
  readonly clock: Clock = new Clock()
  readonly network: Network
  readonly content: Content
  readonly nodes: Node[] = []
  #addresses = 0

  /** All that happens follows from the seed. */
  constructor(seed: number, content: Partial<ContentOptions> = {}, carriage: Carriage = 'crumbs') {
    this.random = seeded(seed)
    this.network = new Network(this.clock, this.random, carriage)
    this.content = contentOf({ pieces: 16, pieceLength: 65_536, ...content })
  }

  /** A host of its own each, on public addresses. */
  node(options: Partial<NodeOptions> = {}): Node {
    const { random, content } = this
    const node = new Node(this.network, { random, content, link: LINK, have: 'none', ...this.#identity(), ...options })
    this.nodes.push(node)
    return node
  }

  seed(options: Partial<NodeOptions> = {}): Node {
    return this.node({ ...options, have: 'all' })
  }

  leeches(count: number, options: Partial<NodeOptions> = {}): Node[] {
    return Array.from({ length: count }, () => this.node(options))
  }

  scripted(script: Script, options: Partial<ScriptedPeerOptions> = {}): ScriptedPeer {
    const { content } = this
    return new ScriptedPeer(this.network, { content, script, link: LINK, ...this.#identity(), ...options })
  }

  /** Runs until all of these have every byte. */
  untilFinished(nodes: readonly Node[], limit = 600_000): void {
    this.clock.runUntil('all finished', () => nodes.every(node => node.finished), limit)
  }

  #identity(): { address: { host: string; port: number }; peerId: PeerId } {
    const number = ++this.#addresses
    const host = `52.0.${number >> 8}.${number & 255}`
    return { address: { host, port: 7000 + number }, peerId: idOf(number) }
  }
}

const contents = new Map<string, Content>()

/** Made once for each size: nobody changes it. */
function contentOf(options: Omit<ContentOptions, 'random'>): Content {
  const key = JSON.stringify(options)
  const content = contents.get(key) ?? makeContent({ random: seeded(1), ...options })
  contents.set(key, content)
  return content
}

export function idOf(number: number): PeerId {
  return peerId(new Uint8Array(Buffer.from(`-SM0001-${String(number).padStart(12, '0')}`, 'latin1')))
}
