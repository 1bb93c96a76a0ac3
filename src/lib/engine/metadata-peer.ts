// The first peer that serves metadata (BEP 9), found by an extension handshake that offers nothing else.
import { formatAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import { noneMet, shakeHands, type ShakeHandsOptions } from './shake-hands.ts'
import type { ProbeResult } from './probe.ts'

const UT_METADATA = 'ut_metadata'
/** The id under which we would take ut_metadata messages; any but 0 will do (BEP 10 `m`). */
const OWN_ID = 1

export interface MetadataPeer {
  readonly result: ProbeResult
  /** The id that the peer wants on ut_metadata messages, 1 to 255. */
  readonly extensionId: number
}

/** @throws BtError PEER_LACKS_EXTENSION, PEER_UNREACHABLE, PEER_PROTOCOL, NO_PEERS, or what finding peers throws. */
export async function findMetadataPeer(options: Omit<ShakeHandsOptions, 'extended'>): Promise<MetadataPeer> {
  const failures: BtError[] = []
  for await (const outcome of shakeHands({ ...options, extended: { m: { [UT_METADATA]: OWN_ID } } })) {
    if (outcome.type === 'failed') {
      failures.push(outcome.error)
      continue
    }
    const { result } = outcome
    const extensionId = result.extended?.messages.get(UT_METADATA) ?? 0
    if (extensionId > 0) return { result, extensionId }
    const name = formatAddress(result.address)
    failures.push(new BtError('PEER_LACKS_EXTENSION', `peer ${name} does not serve metadata (ut_metadata, BEP 9)`))
  }
  // Of all reasons, that a peer was met but serves no metadata says most.
  failures.sort((a, b) => Number(b.code === 'PEER_LACKS_EXTENSION') - Number(a.code === 'PEER_LACKS_EXTENSION'))
  throw noneMet(options.infoHash, failures)
}
