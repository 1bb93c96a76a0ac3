// One handshake with one peer, to see who is there. It advertises only what it speaks and sends nothing beyond the
// handshakes: BEP 3's, and BEP 10's where that was asked for and the peer set the bit.
import type { PeerAddress } from '../base/address.ts'
import { formatAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { BencodeInput } from '../bencode/value.ts'
import { PeerSocket } from '../net/peer-socket.ts'
import { clientName } from '../swarm/client-name.ts'
import { costOf, MessageBudget } from '../swarm/message-budget.ts'
import { PeerConnection, type PeerEvent } from '../wire/connection.ts'
import type { ExtendedHandshake } from '../wire/extended.ts'
import { reservedBytes, supportsExtended } from '../wire/handshake.ts'

/** Milliseconds from the dial to the last handshake (the design's limit for a handshake). */
const PROBE_TIMEOUT = 10_000

export interface ProbeOptions {
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  /** Our extension handshake (BEP 10); undefined: we do not speak it and say so. */
  readonly extended?: BencodeInput
  readonly signal: AbortSignal
}

export interface ProbeResult {
  readonly address: PeerAddress
  readonly peerId: PeerId
  readonly client: string
  /** 8 bytes, as the peer sent them. */
  readonly reserved: Uint8Array
  /** Milliseconds from our handshake to the peer's. */
  readonly roundTrip: number
  readonly extended?: ExtendedHandshake
}

/** @throws BtError PEER_UNREACHABLE, PEER_PROTOCOL, or PEER_LACKS_EXTENSION where `extended` was given. */
export function probe(address: PeerAddress, options: ProbeOptions): Promise<ProbeResult> {
  const name = formatAddress(address)
  return new Promise((resolve, reject) => {
    let connection: PeerConnection | undefined
    let sentAt = 0
    let met: ProbeResult | undefined
    const budget = new MessageBudget()
    const finish = (outcome: ProbeResult | BtError): void => {
      clearTimeout(timer)
      options.signal.removeEventListener('abort', interrupt)
      socket.close()
      if (outcome instanceof BtError) reject(outcome)
      else resolve(outcome)
    }
    const interrupt = (): void => finish(new BtError('INTERRUPTED', `the handshake with ${name} was interrupted`))
    const late = (): BtError =>
      met === undefined
        ? new BtError('PEER_UNREACHABLE', `peer ${name} did not shake hands within ${PROBE_TIMEOUT / 1000} s`)
        : new BtError('PEER_PROTOCOL', `peer ${name} did not send its extension handshake`)
    const timer = setTimeout(() => finish(late()), PROBE_TIMEOUT)
    options.signal.addEventListener('abort', interrupt, { once: true })

    const socket = PeerSocket.dial(address, {
      connected: () => {
        const { infoHash, peerId } = options
        sentAt = performance.now()
        const reserved = reservedBytes({ extended: options.extended !== undefined })
        connection = new PeerConnection({
          initiator: true,
          infoHash,
          peerId,
          reserved,
          target: () => undefined,
          now: sentAt,
        })
        socket.drive(connection)
        socket.flush()
      },
      received: chunk => {
        const now = performance.now()
        for (const event of connection?.receive(chunk, now) ?? []) {
          if (event.type === 'closed') {
            return finish(
              new BtError('PEER_PROTOCOL', `peer ${name}: ${event.detail}`, { details: { reason: event.reason } }),
            )
          }
          if (budget.pay(cost(event), now) === 'spent') {
            const detail = 'it sent too many messages before the one that was waited for'
            return finish(
              new BtError('PEER_PROTOCOL', `peer ${name}: ${detail}`, { details: { reason: 'message-flood' } }),
            )
          }
          if (event.type === 'handshake') {
            const { peerId, reserved } = event
            met = { address, peerId, reserved, client: clientName(peerId), roundTrip: now - sentAt }
            if (options.extended === undefined) return finish(met)
            if (!supportsExtended(reserved)) {
              return finish(
                new BtError('PEER_LACKS_EXTENSION', `peer ${name} does not speak the extension protocol (BEP 10)`),
              )
            }
            connection?.extendedHandshake(options.extended)
            socket.flush()
          }
          if (event.type === 'extendedHandshake' && met !== undefined) {
            return finish({ ...met, extended: event.handshake })
          }
        }
      },
      flushed: () => undefined,
      sent: () => undefined,
      closed: detail => {
        const code = met === undefined && connection === undefined ? 'PEER_UNREACHABLE' : 'PEER_PROTOCOL'
        const when =
          connection === undefined ? '' : met === undefined ? ' during the handshake' : ' after the handshake'
        finish(new BtError(code, `peer ${name}${when}: ${detail}`))
      },
    })
    if (options.signal.aborted) interrupt()
  })
}

/** As in a swarm; but there, requests and blocks are counted by what is known of them, and here nothing is. */
function cost(event: PeerEvent): number {
  return Math.max(1, costOf(event, { saidToHave: () => true }, false))
}
