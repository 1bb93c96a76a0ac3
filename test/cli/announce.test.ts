import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson } from './support/run-bt.ts'
import { startTracker } from './support/services.ts'
import { testTorrent } from './support/torrents.ts'

interface Report {
  readonly status?: number
  readonly response?: { readonly peers: readonly { readonly address: string; readonly peerId?: string }[] }
  readonly error?: { readonly code: string; readonly reason?: string; readonly retryAfter?: number | string }
  readonly steps: readonly { readonly direction: string; readonly what: string; readonly peer: string }[]
}

const HASH = 'c5fb9894bdaba464811b088d806bdd611ba490af'

describe('bt announce', () => {
  test('shows all that the answer says, and announces once', async () => {
    const tracker = await fakeTracker({
      interval: 1800,
      'min interval': 900,
      complete: 3,
      incomplete: 2,
      downloaded: 9,
      'warning message': 'be kind',
      'tracker id': 'T1',
      'external ip': Uint8Array.of(192, 0, 2, 9),
      'x-load': 7,
      peers: compact('10.0.0.1:6881', '10.0.0.2:51413'),
    })
    const { file } = testTorrent([[tracker.url]])
    const { stdout, stderr, code } = await bt(['announce', file])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout.replace(/\d+\.\d ms/, 'N ms')).toBe(
      [
        `Tracker: ${tracker.url}`,
        'HTTP Status: 200',
        'Time: N ms',
        'Warning: be kind',
        'Interval: 1800',
        'Min Interval: 900',
        'Complete: 3',
        'Incomplete: 2',
        'Downloaded: 9',
        'External IP: 192.0.2.9',
        'Tracker ID: T1',
        'x-load: 7',
        'Peers: 2',
        '10.0.0.1:6881',
        '10.0.0.2:51413',
        '',
      ].join('\n'),
    )
    expect(tracker.queries).toHaveLength(1)
  })

  test('sends every field as it is told to, and shows the request', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: [{ ip: '10.0.0.1', port: 1, 'peer id': 'p'.repeat(20) }] })
    const fields = ['--peer-id', '-XX0001-abcdefghijkl', '--port', '7', '--uploaded', '1', '--downloaded', '2']
    const more = ['--left', '0', '--corrupt', '3', '--event', 'completed', '--numwant=-1', '--key', 'beef']
    const rest = ['--ip', '192.0.2.7', '--tracker-id', 'a&b', '--no-compact', '--no-peer-id', '--param', 'x=%ff']
    const words = ['announce', HASH, '--tracker', `${tracker.url}?passkey=s`, ...fields, ...more, ...rest]
    const { stdout } = await bt([...words, '--show-request'])
    const query =
      `passkey=s&x=%ff&info_hash=%C5%FB%98%94%BD%AB%A4d%81%1B%08%8D%80k%DDa%1B%A4%90%AF&peer_id=-XX0001-abcdefghijkl` +
      '&port=7&uploaded=1&downloaded=2&left=0&compact=0&numwant=-1&key=0000beef&event=completed&trackerid=a%26b' +
      '&no_peer_id=1&ip=192.0.2.7&corrupt=3'
    expect(tracker.queries).toEqual([query])
    expect(stdout).toContain(`> GET ${tracker.url}?${query} (`)
    expect(stdout).toContain('\n>   user-agent: bt-toolbox\n')
    expect(stdout).toMatch(/\n< HTTP 200 http/)
    expect(stdout).toContain(`\n10.0.0.1:1  ${'70'.repeat(20)}  pppppppppppppppppppp\n`)
  })

  test('says why a tracker refuses, as one document in JSON, and exits with 4', async () => {
    const tracker = await fakeTracker({ 'failure reason': 'who are you?', 'retry in': '5' })
    const { stdout, stderr, code } = await bt(['announce', testTorrent([[tracker.url]]).file, '--json'])
    expect(code).toBe(4)
    expect(stderr).toMatch(/^bt: the tracker .* refused: who are you\?\n$/)
    const report = JSON.parse(stdout) as Report
    expect(report).toMatchObject({
      status: 200,
      error: { code: 'TRACKER_REFUSED', reason: 'who are you?', retryAfter: 300 },
      steps: [{ direction: 'sent' }, { direction: 'received', answer: { 'failure reason': 'who are you?' } }],
    })
    const text = await bt(['announce', testTorrent([[tracker.url]]).file])
    expect(text.stdout).toContain('Failure Reason: who are you?\nRetry After: 300\n')
  })

  test('shows an answer that makes no sense', async () => {
    const tracker = await fakeTracker({ interval: 'soon' })
    const { stdout, code } = await bt(['announce', testTorrent([[tracker.url]]).file])
    expect(code).toBe(4)
    expect(stdout).toContain('Answer: d8:interval4:soone\n')
  })

  test('asks the first of several trackers, or that of --tracker alone', async () => {
    const one = await fakeTracker({ interval: 60, peers: '' })
    const two = await fakeTracker({ interval: 60, peers: '' })
    const { file } = testTorrent([[one.url], [two.url]])
    expect((await bt(['announce', file])).stderr).toBe(
      'announcing to the first of 2 trackers; --tracker names another\n',
    )
    await bt(['announce', file, '--tracker', two.url])
    expect([one.queries.length, two.queries.length]).toEqual([1, 1])
  })

  test('over UDP shows the fields of the packets', async () => {
    const { udp } = await startTracker()
    const { stdout, code } = await bt(['announce', HASH, '--tracker', udp, '--key', 'deadbeef', '--show-request'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^> connect 127\.0\.0\.1:\d+ \(\d+\.\d ms\)\n> {3}protocol_id: 0000041727101980\n/)
    expect(stdout).toContain(`\n>   info_hash: ${HASH}\n`)
    expect(stdout).toContain('\n>   key: deadbeef\n')
    expect(stdout).toMatch(/\n< announce 127.*\n(<.*\n)*< {3}interval: 1800\n/)
    expect(stdout).toContain('\nIncomplete: 1\n')
  })

  test('sends nothing again where no answer comes, and says how long it waited', async () => {
    const silent = createSocket('udp4')
    onTestFinished(() => void silent.close())
    let datagrams = 0
    silent.on('message', () => datagrams++)
    silent.bind(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `udp://127.0.0.1:${silent.address().port}/announce`
    const { stderr, code } = await bt(['announce', HASH, '--tracker', url, '--timeout', '1'])
    expect({ stderr, code }).toEqual({ stderr: `bt: tracker ${url}: it did not answer within 1 s\n`, code: 4 })
    expect(datagrams).toBe(1)
  })

  test('asks a path of this machine that the user wrote, but none that a torrent names', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: '' })
    const url = tracker.url.replace('/announce', '/s3cret/announce')
    expect((await bt(['announce', HASH, '--tracker', url])).code).toBe(0)
    const { stderr, code } = await bt(['announce', testTorrent([[url]]).file])
    expect(code).toBe(4)
    expect(stderr).toContain('is not asked for')
    expect(tracker.queries).toHaveLength(1)
  })

  test('reaches the tracker over the one family', async () => {
    const { http } = await startTracker()
    const local = http.replace('127.0.0.1', 'localhost')
    const report = await btJson<Report>(['announce', HASH, '--tracker', local, '--ipv4'])
    expect(report.status).toBe(200)
    const { stderr, code } = await bt(['announce', HASH, '--tracker', http, '--ipv6'])
    expect(code).toBe(4)
    expect(stderr).toContain('127.0.0.1 has no IPv6 address')
  })

  test.each([
    [['--event', 'paused'], 'Expected --event=paused to be one of: started, completed, stopped, none'],
    [['--peer-id', 'short'], 'is no peer id'],
    [['--ipv4', '--ipv6'], 'exclude each other'],
  ])('%j is wrong usage', async (words, message) => {
    const { stderr, code } = await bt(['announce', HASH, '--tracker', 'http://127.0.0.1:1/announce', ...words])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  test('fails without a tracker, and where none is there', async () => {
    expect(await bt(['announce', HASH])).toMatchObject({ stdout: '', code: 4 })
    const dead = `http://127.0.0.1:${await closedPort()}/announce`
    const { stderr, code } = await bt(['announce', HASH, '--tracker', dead])
    expect(code).toBe(4)
    expect(stderr).toMatch(/^bt: cannot reach the tracker .* refused the connection\n$/)
  })
})
