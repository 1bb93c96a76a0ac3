// All that a plugin gets of the world: no socket, file or timer of Node besides. So the host bounds, ends and can watch
// whatever a plugin does, and a test can put a world of its own there (`plugin/fake-io.ts`).

/** All that a plugin gets of the world. Every wait ends with `signal`. */
export interface Io {
  readonly signal: AbortSignal
  /** Milliseconds, monotonic. */
  now(): number
  sleep(ms: number): Promise<void>
  random(length: number): Uint8Array
  udp(family?: 4 | 6): Promise<UdpSocket>
  /**
   * GET with the limits of the host (size, redirects, time); the body is decompressed. At a loopback or link-local
   * address, redirected to or not, only paths that start with /announce or /scrape are asked for.
   */
  http(url: URL): Promise<HttpResponse>
  /** Addresses of a host name; a literal address is returned as it is. */
  resolve(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>
  /** A message for the user that is no failure. */
  warn(message: string): void
  /**
   * True: somebody looks at what a tracker does with one question, so what gets no answer is not sent again, and of several
   * addresses the first alone is asked. It ends with `signal`.
   */
  readonly once?: boolean
  /** Where somebody watches: takes what is sent and received. The host itself tells what `http` does. */
  trace?(step: TraceStep): void
}

/** One message, for who watches. */
export interface TraceStep {
  readonly direction: 'sent' | 'received'
  /** What it is, in the protocol's words: `GET`, `HTTP 200`, `connect`, `error`. */
  readonly what: string
  /** Where it goes or comes from: a URL, or `ip:port`. */
  readonly peer: string
  /** What it holds, in its own order and by the protocol's names. */
  readonly fields: Readonly<Record<string, string | number>>
  /** HTTP's. */
  readonly status?: number
  /** The packet, or the body of an answer. */
  readonly bytes?: Uint8Array
}

/** The end of all redirects, whatever its status. */
export interface HttpResponse {
  readonly status: number
  readonly body: Uint8Array
}

/** A socket of one address family with a port of its own. Close it in the end. */
export interface UdpSocket {
  send(data: Uint8Array, host: string, port: number): Promise<void>
  /** The next datagram; undefined once `timeout` milliseconds have passed. Rejects when `io.signal` is aborted. */
  receive(timeout: number): Promise<UdpDatagram | undefined>
  close(): void
}

/** A datagram, and where it came from or goes to. */
export interface UdpDatagram {
  readonly data: Uint8Array
  readonly host: string
  readonly port: number
}
