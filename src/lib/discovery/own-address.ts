// Which address others see us under, as peers tell us (BEP 10 `yourip`). No single one is believed (BEP 40 "should not blindly
// trust it"): each network has one vote, and what counts is what most of them say, two at least.
import { canonicalHost, ipBytes, ipScope, ipText } from './ip.ts'

/** Votes that count, the latest. */
const MAX_VOTES = 64
const QUORUM = 2
/** Bytes of a voter's address that name its network: who has a /24 or a /48 has one vote. */
const IPV4_NETWORK = 3
const IPV6_NETWORK = 6
const IPV4_LENGTH = 4

type Family = 4 | 6

export class OwnAddress {
  /** The family that is spoken of and the voter's network → what it says, oldest first. */
  readonly #votes = new Map<string, string>()
  readonly #known = new Map<Family, string>()

  /**
   * @param voter the host of who says so.
   * @param ip 4 or 16 bytes; one that nobody could reach us under is ignored.
   */
  vote(voter: string, ip: Uint8Array): 'changed' | 'same' {
    const network = networkOf(voter)
    const said = ipText(ip)
    if (network === undefined || ipScope(said) !== 'public') return 'same'
    const family = familyOf(said)
    const key = `${family} ${network}`
    this.#votes.delete(key)
    this.#votes.set(key, said)
    const [oldest] = this.#votes.keys()
    if (this.#votes.size > MAX_VOTES && oldest !== undefined) this.#votes.delete(oldest)
    const before = this.#known.get(family)
    const now = this.#majority(family)
    if (now === undefined) this.#known.delete(family)
    else this.#known.set(family, now)
    return now === before ? 'same' : 'changed'
  }

  /** Our address of the family of `host`; undefined: not known. */
  towards(host: string): string | undefined {
    return this.#known.get(familyOf(host))
  }

  #majority(family: Family): string | undefined {
    const counts = new Map<string, number>()
    let all = 0
    for (const said of this.#votes.values()) {
      if (familyOf(said) !== family) continue
      counts.set(said, (counts.get(said) ?? 0) + 1)
      all++
    }
    for (const [said, count] of counts) if (count >= QUORUM && count * 2 > all) return said
    return undefined
  }
}

function familyOf(host: string): Family {
  return canonicalHost(host).includes(':') ? 6 : 4
}

function networkOf(host: string): string | undefined {
  const bytes = ipBytes(host)
  return bytes?.subarray(0, bytes.length === IPV4_LENGTH ? IPV4_NETWORK : IPV6_NETWORK).join('.')
}
