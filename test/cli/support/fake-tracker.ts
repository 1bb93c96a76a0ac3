// An HTTP tracker that answers every announce with what the test says, and keeps what it was asked.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { encode } from '../../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../../src/lib/bencode/value.ts'

type Answer = { readonly [key: string]: BencodeInput }

export class FakeTracker {
  /** The query strings of all requests, as they came. */
  readonly queries: string[] = []
  readonly #waiting = new Set<() => void>()
  #url = ''

  get url(): string {
    return this.#url
  }

  /** Resolves once an announce of this event has come. */
  heard(event: string): Promise<void> {
    return new Promise(resolve => {
      const look = (): void => {
        if (!this.queries.some(query => query.includes(`event=${event}`))) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  async listen(answer: Answer, deafTo: string | undefined): Promise<void> {
    const server = createServer((request, response) => {
      const query = (request.url ?? '').split('?')[1] ?? ''
      this.queries.push(query)
      for (const look of this.#waiting) look()
      if (deafTo === undefined || !query.includes(`event=${deafTo}`)) response.end(encode(answer))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close()
      server.closeAllConnections()
    })
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`
  }
}

/** @param options `deafTo`: the event whose announces are never answered. */
export async function fakeTracker(answer: Answer, options: { readonly deafTo?: string } = {}): Promise<FakeTracker> {
  const tracker = new FakeTracker()
  await tracker.listen(answer, options.deafTo)
  return tracker
}

/** BEP 23. */
export function compact(...addresses: readonly string[]): Uint8Array {
  return Buffer.concat(
    addresses.map(address => {
      const [host = '', port = ''] = address.split(':')
      return Buffer.from([...host.split('.').map(Number), Number(port) >> 8, Number(port) & 0xff])
    }),
  )
}
