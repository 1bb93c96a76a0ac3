import { describe, expect, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson } from './support/run-bt.ts'
import { testTorrent } from './support/torrents.ts'

const nowhere = async (): Promise<string> => `http://127.0.0.1:${await closedPort()}/announce`

/** What a percent-encoded parameter stands for; URLSearchParams would take it for UTF-8. */
function bytesOf(parameter: string): Buffer {
  const text = parameter.replace(/%([0-9a-f]{2})/gi, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)))
  return Buffer.from(text, 'latin1')
}

describe('bt peers', () => {
  test('prints an address a line, each once, IPv6 in brackets', async () => {
    const one = await fakeTracker({ interval: 60, peers: compact('10.0.0.1:6881', '10.0.0.2:51413') })
    const peers6 = Buffer.from(`20010db8${'0'.repeat(22)}011ae1`, 'hex')
    const two = await fakeTracker({ interval: 60, peers: compact('10.0.0.2:51413'), peers6 })
    const { file } = testTorrent([[one.url], [two.url]])
    expect(await bt(['peers', file])).toEqual({
      stdout: '10.0.0.1:6881\n10.0.0.2:51413\n[2001:db8::1]:6881\n',
      stderr: '',
      code: 0,
    })
  })

  test('announces as a leech that has nothing, with all that trackers want to know', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const { file, info } = testTorrent([[tracker.url]])
    await bt(['peers', file, '--numwant', '7'])
    const query = tracker.queries[0] ?? ''
    expect(bytesOf(/info_hash=([^&]*)/.exec(query)?.[1] ?? '')).toEqual(Buffer.from(info.infoHash))
    const fields = new URLSearchParams(query)
    expect(fields.get('peer_id')).toMatch(/^-tb0100-\w{12}$/)
    expect(fields.get('left')).toBe('40000')
    expect(fields.get('numwant')).toBe('7')
    expect(fields.get('compact')).toBe('1')
    expect([fields.get('uploaded'), fields.get('downloaded')]).toEqual(['0', '0'])
  })

  test('says on stderr that there is nobody, and succeeds', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const { stdout, stderr, code } = await bt(['peers', testTorrent([[tracker.url]]).file])
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr).toMatch(/no tracker names a peer/)
  })

  test('asks the trackers of --tracker too, and warns of those that fail', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact('10.0.0.1:6881') })
    const dead = await nowhere()
    const { hash } = testTorrent([])
    const { stdout, stderr, code } = await bt(['peers', hash, '--tracker', dead, '--tracker', tracker.url])
    expect({ stdout, code }).toEqual({ stdout: '10.0.0.1:6881\n', code: 0 })
    expect(stderr).toMatch(/^warning: .*refused/)
    expect(stderr).toContain(dead)
  })

  test('tells in JSON what each tracker said', async () => {
    const tracker = await fakeTracker({ interval: 60, complete: 3, incomplete: 1, peers: compact('10.0.0.1:6881') })
    const dead = await nowhere()
    const { file, hash } = testTorrent([[tracker.url], [dead]])
    expect(await btJson(['peers', file])).toMatchObject({
      infoHash: hash,
      peers: ['10.0.0.1:6881'],
      trackers: [
        { url: tracker.url, peers: 1, interval: 60, complete: 3, incomplete: 1 },
        { url: dead, error: { code: 'TRACKER_UNREACHABLE' } },
      ],
    })
  })

  test('fails where every tracker does, with the failure reason', async () => {
    const tracker = await fakeTracker({ 'failure reason': 'not registered here' })
    const { stdout, stderr, code } = await bt(['peers', testTorrent([[tracker.url]]).file])
    expect({ stdout, code }).toEqual({ stdout: '', code: 4 })
    expect(stderr).toMatch(/^bt: .*not registered here/)
  })

  test('fails without any tracker, and for a tracker of an unknown kind', async () => {
    expect((await bt(['peers', testTorrent([]).hash])).code).toBe(4)
    const { stderr, code } = await bt(['peers', testTorrent([['gopher://a.example/announce']]).file])
    expect(code).toBe(4)
    expect(stderr).toContain('gopher:')
  })
})
