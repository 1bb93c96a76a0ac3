// An HTTP tracker that answers every announce with what the test says, and keeps what it was asked.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { encode } from '../../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../../src/lib/bencode/value.ts'

export interface FakeTracker {
  readonly url: string
  /** The query strings of all requests, as they came. */
  readonly queries: readonly string[]
}

export async function fakeTracker(answer: { readonly [key: string]: BencodeInput }): Promise<FakeTracker> {
  const queries: string[] = []
  const server = createServer((request, response) => {
    queries.push((request.url ?? '').split('?')[1] ?? '')
    response.end(encode(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/announce`, queries }
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
