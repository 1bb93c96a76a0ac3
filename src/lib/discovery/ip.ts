// An IP address has one text here: RFC 5952 for IPv6, dotted for IPv4 and for IPv4 mapped into IPv6, so texts compare.

export type Family = 4 | 6

/** What an address is good for; only `public`, `private` and `loopback` ones can be a peer or a server. */
export type IpScope = 'public' | 'private' | 'loopback' | 'unspecified' | 'multicast' | 'reserved'

const IPV4_LENGTH = 4
const IPV6_LENGTH = 16
const IPV6_GROUPS = 8
/** 64:ff9b::/96, RFC 6052 section 2.1. */
const NAT64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
/** 64:ff9b:1::/48, RFC 8215: whoever runs the network says what is behind it. */
const LOCAL_NAT64 = [0, 0x64, 0xff, 0x9b, 0, 1]
/** ::ffff:0:0:0/96, RFC 2765 section 2.1. */
const TRANSLATED = [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0]
/** 2002::/16, RFC 3056 section 2. */
const SIX_TO_FOUR = [0x20, 0x02]

/** The text of a 4- or 16-byte address. */
export function ipText(bytes: Uint8Array): string {
  if (bytes.length === IPV4_LENGTH) return bytes.join('.')
  return isMapped(bytes) ? bytes.subarray(12).join('.') : ipv6Text(bytes)
}

/** The 4 or 16 bytes of a literal address, 4 where it is IPv4 mapped into IPv6; undefined for a name or a zoned address. */
export function ipBytes(text: string): Uint8Array | undefined {
  const bytes = text.includes(':') ? ipv6Bytes(text) : ipv4Bytes(text)
  return bytes !== undefined && bytes.length === IPV6_LENGTH && isMapped(bytes) ? bytes.subarray(12) : bytes
}

/** The one text of a host: addresses as `ipText` writes them, names in lower case. */
export function canonicalHost(host: string): string {
  const bytes = ipBytes(host)
  return bytes === undefined ? host.toLowerCase() : ipText(bytes)
}

/**
 * What one party has of addresses, as one text: an IPv4 address, but 64 bits of an IPv6 one, as that many is the least that
 * anybody is given (RFC 6177). Behind a translator each IPv4 address is somebody else.
 */
export function networkOf(host: string): string {
  const bytes = ipBytes(host)
  if (bytes === undefined) return host.toLowerCase()
  if (bytes.length === IPV4_LENGTH || startsWith(bytes, LOCAL_NAT64)) return ipText(bytes)
  const embedded = embeddedIpv4(bytes)
  return embedded === undefined ? `${ipText(bytes.map((byte, index) => (index < 8 ? byte : 0)))}/64` : ipText(embedded)
}

/** Undefined where the text is no literal address. A zone (`%eth0`) is looked past. */
export function ipScope(text: string): IpScope | undefined {
  const bytes = ipBytes(text.replace(/%.*$/, ''))
  if (bytes === undefined) return undefined
  return bytes.length === IPV4_LENGTH ? ipv4Scope(bytes) : ipv6Scope(bytes)
}

/** Whether it reaches no further than the next router, where machines in clouds find their own credentials. */
export function isLinkLocal(text: string): boolean {
  const bytes = ipBytes(text.replace(/%.*$/, '')) ?? new Uint8Array()
  const [a = 0, b = 0, ...rest] = embeddedIpv4(bytes) ?? bytes
  return rest.length + 2 === IPV4_LENGTH ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80
}

/** The registry of special-purpose IPv4 addresses (RFC 6890), as far as it matters to who may be connected to. */
function ipv4Scope(bytes: Uint8Array): IpScope {
  const [a = 0, b = 0, c = 0] = bytes
  if (a === 0) return 'unspecified'
  if (a === 127) return 'loopback'
  if (a >= 240) return 'reserved'
  if (a >= 224) return 'multicast'
  const shared = a === 100 && b >= 64 && b <= 127 // carrier-grade NAT, RFC 6598
  const linkLocal = a === 169 && b === 254
  const rfc1918 = a === 10 || (a === 172 && b >= 16 && b <= 31) || (a === 192 && b === 168)
  const assignments = a === 192 && b === 0 && c === 0 // RFC 6890 section 2.1
  const benchmarks = a === 198 && (b === 18 || b === 19) // RFC 2544
  return shared || linkLocal || rfc1918 || assignments || benchmarks ? 'private' : 'public'
}

function ipv6Scope(bytes: Uint8Array): IpScope {
  const [a = 0, b = 0] = bytes
  const embedded = embeddedIpv4(bytes)
  if (embedded !== undefined) return ipv4Scope(embedded)
  const firstSet = bytes.findIndex(byte => byte !== 0)
  if (firstSet === -1) return 'unspecified'
  if (firstSet === IPV6_LENGTH - 1 && bytes[firstSet] === 1) return 'loopback'
  if (firstSet >= 12) return 'reserved' // IPv4-compatible addresses, deprecated by RFC 4291
  if (a === 0xff) return 'multicast'
  const uniqueLocal = (a & 0xfe) === 0xfc
  const linkOrSiteLocal = a === 0xfe && b >= 0x80
  const localTranslation = startsWith(bytes, LOCAL_NAT64)
  return uniqueLocal || linkOrSiteLocal || localTranslation ? 'private' : 'public'
}

/** The IPv4 address that a translator or a tunnel delivers to: what is private there is not public for being written so. */
function embeddedIpv4(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length !== IPV6_LENGTH) return undefined
  if (startsWith(bytes, NAT64) || startsWith(bytes, TRANSLATED)) return bytes.subarray(12)
  return startsWith(bytes, SIX_TO_FOUR) ? bytes.subarray(2, 6) : undefined
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}

/** Four numbers of 0 to 255 without leading zeros, which some take for octal. */
function ipv4Bytes(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(IPV4_LENGTH)
  let [index, value, digits] = [0, 0, 0]
  for (let at = 0; at <= text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit >= 0 && digit <= 9) {
      if (digits > 0 && value === 0) return undefined
      value = value * 10 + digit
      if (++digits > 3 || value > 255) return undefined
    } else {
      const ends = at === text.length ? index === IPV4_LENGTH - 1 : text[at] === '.' && index < IPV4_LENGTH - 1
      if (!ends || digits === 0) return undefined
      bytes[index++] = value
      value = 0
      digits = 0
    }
  }
  return bytes
}

function ipv6Bytes(text: string): Uint8Array | undefined {
  const [before = '', after, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const head = ipv6Groups(before, after === undefined)
  const tail = after === undefined ? [] : ipv6Groups(after, true)
  if (head === undefined || tail === undefined) return undefined
  const gap = IPV6_GROUPS - head.length - tail.length
  if (after === undefined ? gap !== 0 : gap < 1) return undefined
  const bytes = new Uint8Array(IPV6_LENGTH)
  for (const [index, group] of head.entries()) bytes.set([group >> 8, group & 0xff], 2 * index)
  for (const [index, group] of tail.entries()) bytes.set([group >> 8, group & 0xff], 2 * (head.length + gap + index))
  return bytes
}

/** The 16-bit groups of one side of `::`; `mayEndDotted`: the last 32 bits may stand as dotted IPv4. */
function ipv6Groups(text: string, mayEndDotted: boolean): number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const groups: number[] = []
  for (const [index, part] of parts.entries()) {
    const dotted = mayEndDotted && index === parts.length - 1 ? ipv4Bytes(part) : undefined
    if (dotted !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = dotted
      groups.push((a << 8) | b, (c << 8) | d)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else {
      return undefined
    }
  }
  return groups
}

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: IPV6_GROUPS }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  const run = longestZeroRun(groups)
  const text = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  if (run.length < 2) return text(groups)
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.start + run.length))}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: index - length + 1, length }
  }
  return best
}

/** ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
function isMapped(bytes: Uint8Array): boolean {
  return bytes[10] === 0xff && bytes[11] === 0xff && bytes.subarray(0, 10).every(byte => byte === 0)
}
