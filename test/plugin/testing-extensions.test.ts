import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/lib/base/bytes.ts'
import type { ExtensionInstance, ExtensionPeer, ExtensionSession } from '../../src/lib/plugin/api.ts'
import { ExtensionNetwork } from '../../src/lib/plugin/testing-extensions.ts'
import { FakeTorrent } from '../../src/lib/plugin/testing-torrent.ts'

function instance(open: (peer: ExtensionPeer) => Partial<ExtensionSession>): ExtensionInstance {
  return { connect: peer => ({ onHandshake: () => {}, onMessage: () => {}, ...open(peer) }) }
}

describe('ExtensionNetwork', () => {
  it('carries the handshakes, then messages, each with its delay', () => {
    const heard: string[] = []
    const network = new ExtensionNetwork('x')
    const greeter = instance(peer => ({
      handshake: () => ({ extra: 7 }),
      onHandshake: (_, speaks, now) => {
        heard.push(`${now} greeter: handshake, ${speaks ? 'speaks' : 'does not speak'}`)
        peer.send(utf8('hello'))
      },
    }))
    const listener = instance(() => ({
      onHandshake: (dict, _, now) => heard.push(`${now} listener: extra ${JSON.stringify(dict.get('extra'))}`),
      onMessage: (payload, now) => heard.push(`${now} listener: ${new TextDecoder().decode(payload)}`),
    }))
    const joint = network.join(greeter, listener, { delay: 5 })
    network.run(100)
    expect(heard).toEqual(['5 listener: extra 7', '5 greeter: handshake, speaks', '10 listener: hello'])
    expect(joint.a.sent).toEqual([utf8('hello')])
    expect(network.now).toBe(100)
  })

  it('sends nothing before the handshake, or to a peer that does not speak', () => {
    const results: boolean[] = []
    const eager = instance(peer => {
      results.push(peer.send(utf8('early')))
      return { onHandshake: () => void results.push(peer.send(utf8('deaf'))) }
    })
    const network = new ExtensionNetwork('x')
    network.join(
      eager,
      instance(() => ({ handshake: () => ({ m: { y: 1 } }) })),
    )
    network.run(1)
    expect(results).toEqual([false, false])
  })

  it('closes both ends once, after which nothing arrives', () => {
    const log: string[] = []
    const network = new ExtensionNetwork('x')
    const closer = instance(peer => ({
      onHandshake: () => {
        peer.send(utf8('last words'))
        peer.close('enough', { ban: true })
        peer.close('again')
      },
      onClose: () => log.push('closer'),
    }))
    const other = instance(() => ({ onMessage: () => log.push('message'), onClose: () => log.push('other') }))
    const joint = network.join(closer, other, { delay: 1 })
    network.run(10)
    expect(joint.a.closed).toEqual({ reason: 'enough', ban: true })
    expect(joint.b.closed).toBeUndefined()
    expect(log).toEqual(['closer', 'other'])
  })

  it('loses what it is told to, and takes back what it lent', () => {
    let kept: Uint8Array = new Uint8Array()
    const network = new ExtensionNetwork('x')
    const talker = instance(peer => ({
      onHandshake: () => ['one', 'two'].forEach(text => peer.send(utf8(text))),
    }))
    const keeper = instance(() => ({ onMessage: payload => void (kept = payload) }))
    const joint = network.join(talker, keeper, { fate: payload => (payload[0] === 0x6f ? 'arrives' : 'lost') })
    network.run(0)
    expect(joint.a.sent).toHaveLength(2)
    expect(kept).toEqual(Uint8Array.of(0xff, 0xff, 0xff))
  })

  it('runs time-outs at their time, and reports one that never moves', () => {
    const times: number[] = []
    let deadline = 10
    const ticking: ExtensionSession = {
      onHandshake: () => {},
      onMessage: () => {},
      get deadline() {
        return deadline
      },
      handleTimeout: now => {
        times.push(now)
        if (now < 30) deadline = now + 10
      },
    }
    const network = new ExtensionNetwork('x')
    network.join(
      { connect: () => ticking },
      instance(() => ({})),
    )
    expect(() => network.run(1000)).toThrow("a session's deadline stayed at 30")
    expect(times).toEqual([10, 20, 30])
  })
})

describe('FakeTorrent', () => {
  it('takes only metadata that matches its info-hash', () => {
    const torrent = new FakeTorrent(utf8('metadata'), 'unknown')
    expect(torrent.offerMetadata(utf8('other'))).toBe(false)
    expect(torrent.metadata()).toBeUndefined()
    expect(torrent.mismatches).toBe(1)
    expect(torrent.offerMetadata(utf8('metadata'))).toBe(true)
    expect(torrent.metadata()).toEqual(utf8('metadata'))
  })
})
