// What hostile web servers do as HTTP trackers, and what must come of it. One row a behaviour.
import type { Socket } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { Expected } from './expected.ts'

export interface HttpCase {
  readonly does: string
  /** What becomes of a connection on which a request has come. @param origin of this server */
  readonly serve: (socket: Socket, origin: string) => void
  readonly expected: Expected
  /** It never ends by itself, so the call gets little time. */
  readonly slow?: true
}

const OK = 'HTTP/1.1 200 OK'
const PLAIN = encode({ interval: 1800, peers: '' })
const BOMB = new Uint8Array(20_000_000)

const head = (status: string, ...lines: readonly string[]): Uint8Array =>
  Buffer.from([status, ...lines, '', ''].join('\r\n'), 'latin1')

/** A whole answer. */
function sends(body: Uint8Array | string, ...lines: readonly string[]): HttpCase['serve'] {
  const bytes = typeof body === 'string' ? utf8(body) : body
  return socket => socket.end(concat([head(OK, `content-length: ${bytes.length}`, ...lines), bytes]))
}

const dict = (fields: Parameters<typeof encode>[0]): HttpCase['serve'] => sends(encode(fields))
const redirects = (location: (origin: string) => string): HttpCase['serve'] => {
  return (socket, origin) => socket.end(head('HTTP/1.1 302 Found', `location: ${location(origin)}`))
}

/** The chunk again and again, as fast as it is taken. */
function flood(first: Uint8Array, chunk: string): HttpCase['serve'] {
  return socket => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on('drain', more).write(first)
    more()
  }
}

/** The same a little at a time. */
function trickle(first: Uint8Array, chunk: string): HttpCase['serve'] {
  return socket => {
    socket.write(first)
    const timer = setInterval(() => socket.write(chunk), 5)
    socket.on('close', () => clearInterval(timer))
  }
}

const unreachable = (says: RegExp): Expected => ({ error: 'TRACKER_UNREACHABLE', says })
const refused = (says: RegExp): Expected => ({ error: 'TRACKER_REFUSED', says })
const nonsense = (says: RegExp): Expected => ({ error: 'TRACKER_INVALID_ANSWER', says })
const tooLong = unreachable(/sent more than 1048576 bytes/)
const late = unreachable(/did not answer within/)
const nested = (depth: number): string => 'l'.repeat(depth) + 'e'.repeat(depth)
/** Compact peers of 6 bytes. */
const peers = (count: number, ...first: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(6 * count).fill(0x34)
  bytes.set(first)
  return bytes
}

const bodies: readonly HttpCase[] = [
  { does: 'sends a body without end', serve: flood(head(OK), 'x'.repeat(65_536)), expected: tooLong },
  {
    does: 'sends chunks without end',
    serve: flood(head(OK, 'transfer-encoding: chunked'), `ffff\r\n${'x'.repeat(65_535)}\r\n`),
    expected: tooLong,
  },
  {
    does: 'sends a chunk for each byte',
    serve: flood(head(OK, 'transfer-encoding: chunked'), '1\r\nx\r\n'.repeat(4096)),
    expected: tooLong,
  },
  {
    does: 'claims a body of an exabyte',
    serve: flood(head(OK, 'content-length: 1152921504606846976'), 'x'.repeat(65_536)),
    expected: tooLong,
  },
  {
    does: 'sends a body a byte at a time',
    serve: trickle(head(OK, 'content-length: 1000000'), 'x'),
    expected: late,
    slow: true,
  },
  { does: 'sends less than it said', serve: socket => socket.end(concat([head(OK, 'content-length: 100'), utf8('d')])), expected: unreachable(/closed the connection|another length/) }, // prettier-ignore
  { does: 'sends a gzip bomb', serve: sends(gzipSync(BOMB), 'content-encoding: gzip'), expected: tooLong },
  { does: 'sends a deflate bomb', serve: sends(deflateSync(BOMB), 'content-encoding: deflate'), expected: tooLong },
  { does: 'sends a raw deflate bomb', serve: sends(deflateRawSync(BOMB), 'content-encoding: deflate'), expected: tooLong }, // prettier-ignore
  { does: 'sends a bomb in many gzip members', serve: sends(concat(Array.from({ length: 20 }, () => gzipSync(BOMB.subarray(0, 1_000_000)))), 'content-encoding: gzip'), expected: tooLong }, // prettier-ignore
  { does: 'sends brotli, which nobody asked for', serve: sends(brotliCompressSync(PLAIN), 'content-encoding: br'), expected: unreachable(/compressed as "br"/) }, // prettier-ignore
  { does: 'sends zstd, which nobody asked for', serve: sends('x', 'content-encoding: zstd'), expected: unreachable(/compressed as "zstd"/) }, // prettier-ignore
  { does: 'sends layers of encoding', serve: sends(gzipSync(gzipSync(PLAIN)), 'content-encoding: gzip, gzip'), expected: unreachable(/compressed as "gzip, ?gzip"/) }, // prettier-ignore
  { does: 'sends layers of encoding in several lines', serve: sends(gzipSync(gzipSync(PLAIN)), 'content-encoding: gzip', 'content-encoding: gzip'), expected: unreachable(/compressed as "gzip, ?gzip"/) }, // prettier-ignore
  { does: 'says gzip where it is none', serve: sends(PLAIN, 'content-encoding: gzip'), expected: unreachable(/damaged gzip body/) }, // prettier-ignore
]

const heads: readonly HttpCase[] = [
  { does: 'sends headers without end', serve: flood(utf8(`${OK}\r\n`), `x: ${'y'.repeat(1000)}\r\n`), expected: unreachable(/more header lines|does not speak HTTP/) }, // prettier-ignore
  { does: 'sends a header line without end', serve: flood(utf8(`${OK}\r\nx: `), 'y'.repeat(65_536)), expected: unreachable(/more header lines|does not speak HTTP/) }, // prettier-ignore
  { does: 'sends headers a byte at a time', serve: trickle(utf8(`${OK}\r\nx: `), 'y'), expected: late, slow: true },
  { does: 'sends trailers without end', serve: flood(head(OK, 'transfer-encoding: chunked'), `0\r\nx: ${'y'.repeat(1000)}\r\n`), expected: unreachable(/more header lines|does not speak HTTP|closed/) }, // prettier-ignore
  { does: 'says that it goes on, for ever', serve: flood(new Uint8Array(), 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(100)), expected: unreachable(/sent more than 20 answers that are none \(1xx\)/) }, // prettier-ignore
  { does: 'says nothing', serve: () => undefined, expected: late, slow: true },
  { does: 'resets the connection', serve: socket => socket.resetAndDestroy(), expected: unreachable(/closed the connection/) }, // prettier-ignore
  { does: 'speaks another protocol', serve: socket => socket.end('SSH-2.0-x\r\n'), expected: unreachable(/does not speak HTTP/) }, // prettier-ignore
  {
    does: 'sends two lengths',
    serve: sends(PLAIN, 'content-length: 3'),
    expected: unreachable(/does not speak HTTP|another length/),
  },
]

const redirections: readonly HttpCase[] = [
  { does: 'redirects to itself for ever', serve: redirects(origin => `${origin}/announce`), expected: unreachable(/redirected more than 5 times/) }, // prettier-ignore
  { does: 'redirects to another service of this machine', serve: redirects(origin => `${origin}/admin?reset=1`), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to this machine, by a name', serve: redirects(origin => `${origin.replace('127.0.0.1', 'localhost')}/admin`), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to this machine, as a number', serve: redirects(() => 'http://2130706433:1/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to this machine, mapped into IPv6', serve: redirects(() => 'http://[::ffff:127.0.0.1]:1/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to this machine, through NAT64', serve: redirects(() => 'http://[64:ff9b::7f00:1]:1/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to the unspecified address', serve: redirects(() => 'http://0.0.0.0:1/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: "redirects to a cloud's metadata", serve: redirects(() => 'http://169.254.169.254/latest/meta-data/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: "redirects to a cloud's metadata, mapped into IPv6", serve: redirects(() => 'http://[::ffff:a9fe:a9fe]/latest/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: "redirects to a cloud's metadata over IPv6", serve: redirects(() => 'http://[fd00:ec2::254]/latest/'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to a link-local address', serve: redirects(() => 'http://[fe80::1]/setup'), expected: unreachable(/is not asked for/) }, // prettier-ignore
  { does: 'redirects to a file', serve: redirects(() => 'file:///etc/passwd'), expected: unreachable(/not an http or https URL/) }, // prettier-ignore
  { does: 'redirects to a script of a megabyte', serve: redirects(() => `javascript:${'x'.repeat(10_000)}`), expected: unreachable(/^.{0,400}not an http or https URL/) }, // prettier-ignore
  { does: 'redirects with a body without end', serve: (socket, origin) => flood(head('HTTP/1.1 302 Found', `location: ${origin}/admin`), 'x'.repeat(65_536))(socket, origin), expected: unreachable(/is not asked for/) }, // prettier-ignore
]

const answers: readonly HttpCase[] = [
  { does: 'answers with a page', serve: sends('<!doctype html><p>Parked'), expected: nonsense(/a value cannot start with/) }, // prettier-ignore
  { does: 'answers with nothing', serve: sends(''), expected: nonsense(/the input ends/) },
  { does: 'answers with lists in lists', serve: sends(nested(500_000)), expected: nonsense(/nested deeper than/) },
  { does: 'answers with a million values', serve: sends(`l${'0:'.repeat(520_000)}e`), expected: nonsense(/not a bencoded dictionary|more than/) }, // prettier-ignore
  { does: 'answers with a string of an exabyte', serve: sends('d5:peers1152921504606846976:'), expected: nonsense(/past the end/) }, // prettier-ignore
  { does: 'answers with a number of a million digits', serve: sends(`d8:intervali${'9'.repeat(1_000_000)}ee`), expected: nonsense(/digits/) }, // prettier-ignore
  { does: 'refuses in control characters', serve: dict({ 'failure reason': 'no\u001b[2J\r\nway\u202e' }), expected: refused(/refused: no \[2J way$/) }, // prettier-ignore
  { does: 'refuses at length', serve: dict({ 'failure reason': 'no'.repeat(500_000) }), expected: refused(/^.{0,600}$/) }, // prettier-ignore
  { does: 'wants a negative interval', serve: dict({ interval: -5, peers: '' }), expected: { answer: { interval: 1800 } } }, // prettier-ignore
  { does: 'wants an interval of many digits', serve: sends(`d8:intervali${'9'.repeat(400)}e5:peers0:e`), expected: { answer: { interval: Number.MAX_SAFE_INTEGER } } }, // prettier-ignore
  { does: 'wants negative counts', serve: dict({ interval: 1, complete: -1, incomplete: -(2n ** 70n), peers: '' }), expected: { answer: { peers: [] } } }, // prettier-ignore
  { does: 'gives an id of a megabyte', serve: dict({ interval: 1, 'tracker id': 'x'.repeat(1_000_000), peers: '' }), expected: { answer: { peers: [] } } }, // prettier-ignore
  { does: 'names 170,000 peers', serve: dict({ interval: 1, peers: peers(170_000) }), expected: { dialled: ['52.52.52.52:13364'] } }, // prettier-ignore
  { does: 'names nobody: 0.0.0.0:0', serve: dict({ interval: 1, peers: new Uint8Array(60) }), expected: { dialled: [] } }, // prettier-ignore
  {
    does: 'names multicast, broadcast, 0.0.0.0 and a port 0',
    serve: dict({ interval: 1, peers: Uint8Array.of(224, 0, 0, 1, 1, 1, 255, 255, 255, 255, 1, 1, 0, 0, 0, 0, 1, 1, 52, 1, 1, 1, 0, 0) }), // prettier-ignore
    expected: { dialled: [] },
  },
  {
    does: 'names ourselves, in IPv4 and mapped into IPv6',
    serve: dict({ interval: 1, peers: Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1), peers6: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1, 0x1a, 0xe1) }), // prettier-ignore
    expected: { dialled: [] },
  },
  {
    does: 'names peers by names, addresses with control characters, and impossible ports',
    serve: dict({ interval: 1, peers: [{ ip: 'localhost', port: 1 }, { ip: '1.2.3.4\r\n', port: 1 }, { ip: '1.2.3.4', port: 70_000 }, { ip: '1.2.3.4', port: -1 }] }), // prettier-ignore
    expected: { dialled: [] },
  },
  { does: 'names peers of 7 bytes', serve: dict({ interval: 1, peers: new Uint8Array(7) }), expected: nonsense(/no multiple of 6/) }, // prettier-ignore
]

export const HTTP_CASES: readonly HttpCase[] = [...bodies, ...heads, ...redirections, ...answers]
