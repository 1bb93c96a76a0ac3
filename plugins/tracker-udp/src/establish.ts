// From the addresses of a tracker to a connection: in each round of the schedule every address is asked in order, and the
// first one that answers is kept. Where one question is all there may be, it goes to the first address.
import type { Io } from 'bt-toolbox/plugin'
import { Connection, timeouts, type TrackerAddress } from './connection.ts'
import type { Problems } from './problems.ts'

interface Candidate {
  readonly to: TrackerAddress
  connection?: Connection
  /** It refused, or the system cannot send there: not asked again. */
  failure?: unknown
}

/**
 * A connection with a connection id; the caller closes it.
 * @throws the last failure once every address has failed, or TRACKER_UNREACHABLE once the schedule is over.
 */
export async function establish(io: Io, addresses: readonly TrackerAddress[], problems: Problems): Promise<Connection> {
  const asked = io.once === true ? addresses.slice(0, 1) : addresses
  const candidates = asked.map((to): Candidate => ({ to }))
  let chosen: Connection | undefined
  try {
    for (const timeout of timeouts(io)) {
      for (const candidate of candidates) {
        chosen = await attempt(io, candidate, timeout, problems)
        if (chosen !== undefined) return chosen
      }
    }
  } finally {
    for (const { connection } of candidates) if (connection !== chosen) connection?.close()
  }
  const failed = candidates.findLast(({ failure }) => failure !== undefined)
  throw failed?.failure ?? problems.unreachable(`no answer from ${asked.map(({ address }) => address).join(' or ')}`)
}

async function attempt(
  io: Io,
  candidate: Candidate,
  timeout: number,
  problems: Problems,
): Promise<Connection | undefined> {
  if (candidate.failure !== undefined) return undefined
  try {
    candidate.connection ??= await Connection.open(io, candidate.to, problems)
    return (await candidate.connection.connect(timeout, problems)) === 'connected' ? candidate.connection : undefined
  } catch (error) {
    io.signal.throwIfAborted()
    candidate.failure = error
    return undefined
  }
}
