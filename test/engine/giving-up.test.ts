// When a download that is not to wait gives up. What there is to hope for is outlook.test.ts.
import { describe, expect, it } from 'vitest'
import { GivingUp, type GivingUpOptions } from '../../src/lib/engine/giving-up.ts'
import type { BtError } from '../../src/lib/base/errors.ts'
import { Torrent } from '../../src/lib/swarm/torrent.ts'
import { infoHash, peerId } from '../../src/lib/base/ids.ts'

const ADDRESS = { host: '10.0.0.1', port: 6881 }

function lonely(): Torrent {
  return new Torrent({
    infoHash: infoHash(new Uint8Array(20)),
    peerId: peerId(new Uint8Array(20)),
    random: () => 0,
    port: 0,
    extensions: [],
    client: 'a test',
  })
}

function givingUp(changes: Partial<GivingUpOptions> = {}) {
  const errors: BtError[] = []
  const under = new GivingUp({
    torrent: lonely(),
    enabled: true,
    discovery: () => ({ begun: true, prospects: { trackers: [], sources: 0 } }),
    seeking: () => true,
    onHopeless: error => errors.push(error),
    ...changes,
  })
  return { under, errors }
}

describe('giving up', () => {
  it('says why the last peer was lost', () => {
    const { under, errors } = givingUp()
    under.heed({ type: 'peerDisconnected', address: ADDRESS, reason: 'unreachable', detail: 'nobody there' })
    under.consider()
    expect(errors).toMatchObject([
      { code: 'NO_PEERS', message: expect.stringContaining('10.0.0.1:6881: nobody there') },
    ])
  })

  it.each<[string, Partial<GivingUpOptions>]>([
    ['better times are waited for', { enabled: false }],
    ['nobody was asked yet', { discovery: () => ({ begun: false, prospects: { trackers: [], sources: 0 } }) }],
    ['it waits for something else than peers', { seeking: () => false }],
    ['a source may name more', { discovery: () => ({ begun: true, prospects: { trackers: [], sources: 1 } }) }],
  ])('does not happen where %s', (_, changes) => {
    const { under, errors } = givingUp(changes)
    under.consider()
    expect(errors).toEqual([])
  })

  it('does not happen while somebody is connected, or dialled', () => {
    const torrent = lonely()
    const { under, errors } = givingUp({ torrent })
    torrent.addPeers([ADDRESS], 'user', 0)
    under.consider()
    expect(errors).toEqual([])
  })
})
