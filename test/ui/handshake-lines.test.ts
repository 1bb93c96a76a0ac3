import { describe, expect, test } from 'vitest'
import { peerId } from '../../src/lib/base/ids.ts'
import type { ProbeResult } from '../../src/lib/engine/probe.ts'
import { handshakeJson, handshakeNote, handshakeTable } from '../../src/lib/ui/handshake-lines.ts'

const result = (host: string, reserved: string, client: string): ProbeResult => ({
  address: { host, port: 6881 },
  peerId: peerId(new Uint8Array(20).fill(0x41)),
  client,
  reserved: Buffer.from(reserved, 'hex'),
  roundTrip: 1.23456,
})

describe('handshakeTable', () => {
  test('aligns its columns and ends each line in a peer id', () => {
    const id = `Peer ID: ${'41'.repeat(20)}`
    expect(
      handshakeTable([
        result('10.0.0.1', '0000000000100005', 'Transmission 3.00'),
        result('2001:db8::1', '0000000000000000', 'unknown'),
      ]),
    ).toEqual([
      `10.0.0.1:6881       Transmission 3.00  extension, DHT, fast  1.2 ms  ${id}`,
      `[2001:db8::1]:6881  unknown            no features           1.2 ms  ${id}`,
    ])
  })
})

test('handshakeNote keeps control characters of a client name off the terminal', () => {
  expect(handshakeNote(result('10.0.0.1', '0000000000000001', 'x\u001b[2J'))).toBe(
    '10.0.0.1:6881  x\ufffd[2J  DHT  1.2 ms',
  )
})

test('handshakeJson gives the reserved bytes exactly and in words', () => {
  expect(handshakeJson(result('10.0.0.1', '8000000000100004', 'a'))).toEqual({
    address: '10.0.0.1:6881',
    peerId: '41'.repeat(20),
    client: 'a',
    reserved: '8000000000100004',
    features: ['extension', 'fast'],
    roundTrip: 1.235,
  })
})
