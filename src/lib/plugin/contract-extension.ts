// What the contract demands of a wire extension (BEP 10).
import assert from 'node:assert/strict'
import type { BencodeInput, ExtensionInstance, ExtensionPeer, WireExtension } from './api.ts'
import { nonsense, type ContractCase } from './contract.ts'
import { ExtensionNetwork } from './testing-extensions.ts'
import { FakeTorrent } from './testing-torrent.ts'
import { toolkit } from './toolkit.ts'

/** The extension that is looked at. */
export interface ExtensionSubject {
  readonly extension: WireExtension
  /** The raw info dictionary of the torrent; made up by default. */
  readonly metadata?: Uint8Array
}

/** Milliseconds of virtual time. */
const HOUR = 3_600_000
const NONSENSES = 200
const PEERS = 20

/** What is demanded of every wire extension: see `ContractCase` for how to run it. */
export function extensionContract(subject: ExtensionSubject): readonly ContractCase[] {
  const check = (name: string, run: (subject: ExtensionSubject) => void): ContractCase => ({
    name,
    run: async () => run(subject),
  })
  return [
    check('has a name for the `m` of the extension handshake', named),
    check('adds keys to the extension handshake that can be sent', handshakes),
    check('talks with its like for an hour, and comes to rest', talks),
    check('sends nothing to a peer that does not speak it', keepsSilent),
    check('bears any message', bearsMessages),
    check('bears any extension handshake, more than once', bearsHandshakes),
    check('does not mind that peers come and go', outlivesPeers),
  ]
}

function metadataOf({
  metadata = toolkit.encode({ name: 'a', length: 20, 'piece length': 16_384 }),
}: ExtensionSubject): Uint8Array {
  return metadata
}

function open(subject: ExtensionSubject, known: 'known' | 'unknown'): ExtensionInstance {
  return subject.extension.open(new FakeTorrent(metadataOf(subject), known))
}

function named({ extension }: ExtensionSubject): void {
  assert.match(extension.name, /^[\x21-\x7e]+$/, 'a name is printable ASCII without spaces')
}

function handshakes(subject: ExtensionSubject): void {
  for (const known of ['known', 'unknown'] as const) {
    const session = open(subject, known).connect(deafPeer())
    const added = session.handshake?.() ?? {}
    assert.ok(!('m' in added), "`m` is the host's")
    assert.doesNotThrow(() => toolkit.encode(added), 'what handshake() adds can be bencoded')
    assert.ok(!Number.isNaN(session.deadline), 'a deadline is milliseconds, or Infinity')
  }
}

function talks(subject: ExtensionSubject): void {
  for (const other of ['known', 'unknown'] as const) {
    const network = new ExtensionNetwork(subject.extension.name)
    const joint = network.join(open(subject, 'known'), open(subject, other), { delay: 20 })
    network.run(HOUR)
    for (const end of [joint.a, joint.b]) {
      assert.equal(
        end.closed,
        undefined,
        `two that are alike have no reason to part, but one said: ${end.closed?.reason}`,
      )
      for (const payload of end.sent) assert.ok(payload.length < 512_000, 'a message is less than 512,000 bytes')
    }
  }
}

function keepsSilent(subject: ExtensionSubject): void {
  for (const known of ['known', 'unknown'] as const) {
    const network = new ExtensionNetwork(subject.extension.name)
    const { a } = network.join(
      open(subject, known),
      stranger(() => undefined, { m: {} }),
    )
    network.run(HOUR)
    assert.deepEqual(a.sent, [], 'nothing was sent')
    assert.equal(a.closed, undefined, 'nobody has to speak it')
  }
}

function bearsMessages(subject: ExtensionSubject): void {
  for (let seed = 0; seed < NONSENSES; seed++) {
    const network = new ExtensionNetwork(subject.extension.name)
    network.join(
      open(subject, seed % 2 === 0 ? 'known' : 'unknown'),
      stranger(peer => void peer.send(messageOf(seed))),
    )
    network.run(HOUR)
  }
}

function bearsHandshakes(subject: ExtensionSubject): void {
  const keys = Object.keys(open(subject, 'known').connect(deafPeer()).handshake?.() ?? {})
  const values: readonly BencodeInput[] = [-1, 0, 2 ** 40, 2n ** 70n, '', 'text', new Uint8Array(300), [], {}, [[{}]]]
  const m = { [subject.extension.name]: 1 }
  for (const value of values) {
    for (const known of ['known', 'unknown'] as const) {
      const session = open(subject, known).connect({ ...deafPeer(), send: () => true })
      const dict = toolkit.decode(toolkit.encode({ m, v: value, ...Object.fromEntries(keys.map(key => [key, value])) }))
      assert.ok(dict instanceof Map)
      session.onHandshake(dict, true, 0)
      session.onHandshake(dict, true, 1)
      session.onHandshake(new Map(), false, 2)
      session.onClose?.(3)
    }
  }
}

function outlivesPeers(subject: ExtensionSubject): void {
  const network = new ExtensionNetwork(subject.extension.name)
  const ours = open(subject, 'unknown')
  const joints = Array.from({ length: PEERS }, () => network.join(ours, open(subject, 'known'), { delay: 10 }))
  for (const [index, joint] of joints.entries()) {
    network.run(index)
    if (index % 2 === 0) joint.cut()
  }
  network.run(HOUR)
  for (const [index, { a }] of joints.entries()) {
    if (index % 2 === 1) assert.equal(a.closed, undefined, 'the end of one peer is no reason to drop another')
  }
}

/** Bencoded now and then, so that not all of it is turned away at the door. */
function messageOf(seed: number): Uint8Array {
  const raw = nonsense(seed)
  if (seed % 4 === 0) return raw
  const [type = 0, piece = 0] = raw
  return toolkit.encode({ msg_type: type % 4, piece, added: raw, dropped: raw.slice(0, 7), total_size: raw.length })
}

function stranger(
  greet: (peer: ExtensionPeer) => void,
  handshake: { readonly [key: string]: BencodeInput } = {},
): ExtensionInstance {
  return {
    connect: peer => ({
      handshake: () => handshake,
      onHandshake: () => greet(peer),
      onMessage: () => undefined,
    }),
  }
}

function deafPeer(): ExtensionPeer {
  return { address: { host: '192.0.2.1', port: 6881 }, send: () => false, close: () => undefined }
}
