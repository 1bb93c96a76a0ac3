// Where calls to trackers can be watched: the diagnostics channel `bt-toolbox:tracker` of this process. Shown are the
// question and the answer as the library means them, and what the plugin sent and received for it.
import { channel, type Channel } from 'node:diagnostics_channel'
import type { BtError } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import type { AnnounceRequest, AnnounceResponse, HttpResponse, Io, ScrapeEntry, UdpSocket } from '../plugin/api.ts'

/** Which call to which tracker. */
export interface TrackedCall {
  /** The tracker's, as the torrent names it. */
  readonly url: string
  /** Undefined where several were asked about. */
  readonly infoHash: InfoHash | undefined
}

/** What was said to a tracker (`out`), or came from it (`in`). */
export type TrackerRecord = TrackedCall &
  (
    | { readonly type: 'announce'; readonly direction: 'out'; readonly request: AnnounceRequest }
    | { readonly type: 'announce'; readonly direction: 'in'; readonly response: AnnounceResponse }
    | { readonly type: 'scrape'; readonly direction: 'out'; readonly infoHashes: readonly InfoHash[] }
    | { readonly type: 'scrape'; readonly direction: 'in'; readonly entries: readonly ScrapeEntry[] }
    | { readonly type: 'failed'; readonly error: BtError }
    | { readonly type: 'http'; readonly direction: 'out'; readonly href: string }
    | { readonly type: 'http'; readonly direction: 'in'; readonly answer: HttpResponse }
    | {
        readonly type: 'udp'
        readonly direction: 'in' | 'out'
        readonly data: Uint8Array
        readonly host: string
        readonly port: number
      }
  )

export const trackerChannel: Channel = channel('bt-toolbox:tracker')

/** Undefined where nobody watches. */
export function traceCall(url: string): CallTrace | undefined {
  return trackerChannel.hasSubscribers ? new CallTrace(url) : undefined
}

/** One call: what is asked and answered, and what goes over the network for it. */
export class CallTrace {
  readonly #url: string
  #infoHash: InfoHash | undefined

  constructor(url: string) {
    this.#url = url
  }

  failed(error: BtError): void {
    this.#publish({ type: 'failed', error })
  }

  announce(request: AnnounceRequest): void {
    this.#infoHash = request.infoHash
    this.#publish({ type: 'announce', direction: 'out', request })
  }

  announced(response: AnnounceResponse): void {
    this.#publish({ type: 'announce', direction: 'in', response })
  }

  scrape(infoHashes: readonly InfoHash[]): void {
    this.#infoHash = infoHashes.length === 1 ? infoHashes[0] : undefined
    this.#publish({ type: 'scrape', direction: 'out', infoHashes })
  }

  scraped(entries: readonly ScrapeEntry[]): void {
    this.#publish({ type: 'scrape', direction: 'in', entries })
  }

  /** The world as the plugin knows it, watched. */
  io(io: Io): Io {
    return {
      ...io,
      udp: async family => this.#socket(await io.udp(family)),
      http: async url => {
        this.#publish({ type: 'http', direction: 'out', href: url.href })
        const answer = await io.http(url)
        this.#publish({ type: 'http', direction: 'in', answer })
        return answer
      },
    }
  }

  #socket(socket: UdpSocket): UdpSocket {
    return {
      send: async (data, host, port) => {
        this.#publish({ type: 'udp', direction: 'out', data, host, port })
        await socket.send(data, host, port)
      },
      receive: async timeout => {
        const datagram = await socket.receive(timeout)
        if (datagram !== undefined) this.#publish({ type: 'udp', direction: 'in', ...datagram })
        return datagram
      },
      close: () => socket.close(),
    }
  }

  #publish(record: Unnamed<TrackerRecord>): void {
    trackerChannel.publish({ url: this.#url, infoHash: this.#infoHash, ...record } satisfies TrackerRecord)
  }
}

type Unnamed<T> = T extends TrackedCall ? Omit<T, keyof TrackedCall> : never
