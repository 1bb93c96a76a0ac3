// Handshakes as lines and as JSON. `Peer ID: …` ends a line, so that scripts find it in a table as they do alone.
import { formatAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { ProbeResult } from '../engine/probe.ts'
import { featuresOf } from '../engine/shake-hands.ts'
import { columns } from './columns.ts'
import { printable } from './format.ts'

export function peerIdLine({ peerId }: ProbeResult): string {
  return `Peer ID: ${hex(peerId)}`
}

/** One line a peer: address, client, what its reserved bits say, round trip, peer id. */
export function handshakeTable(results: readonly ProbeResult[]): readonly string[] {
  return columns(results.map(result => [formatAddress(result.address), ...facts(result), peerIdLine(result)]))
}

/** The facts beside the peer id, on one line. */
export function handshakeNote(result: ProbeResult): string {
  return [formatAddress(result.address), ...facts(result)].join('  ')
}

export function handshakeJson(result: ProbeResult): object {
  const { address, peerId, client, reserved, roundTrip } = result
  return {
    address: formatAddress(address),
    peerId: hex(peerId),
    client,
    reserved: hex(reserved),
    features: featuresOf(reserved),
    roundTrip: Number(roundTrip.toFixed(3)),
  }
}

function facts({ client, reserved, roundTrip }: ProbeResult): readonly string[] {
  const features = featuresOf(reserved)
  return [printable(client), features.length === 0 ? 'no features' : features.join(', '), `${roundTrip.toFixed(1)} ms`]
}
