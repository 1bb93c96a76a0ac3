// The port that is announced by who does not listen. Trackers refuse 0, and one that another client of this host listens on
// would be taken for that client, so it is any of the range that nobody is assigned (RFC 6335 section 6).
import { randomInt } from 'node:crypto'

export function silentPort(): number {
  return randomInt(49_152, 65_536)
}
