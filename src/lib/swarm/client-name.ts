// Which program a peer id names, by the conventions that BEP 20 collects.
import { latin1 } from '../base/bytes.ts'

const AZUREUS: Readonly<Record<string, string>> = {
  AZ: 'Vuze',
  A2: 'aria2',
  BC: 'BitComet',
  BI: 'BiglyBT',
  BT: 'BitTorrent',
  DE: 'Deluge',
  FD: 'Free Download Manager',
  KT: 'KTorrent',
  LT: 'libtorrent',
  lt: 'rTorrent',
  qB: 'qBittorrent',
  rQ: 'rqbit',
  TR: 'Transmission',
  UM: 'µTorrent Mac',
  UT: 'µTorrent',
  WW: 'WebTorrent',
  tb: 'bt',
}

/** A name and, where the convention carries one, a version: `Transmission 3.00`. Never empty. */
export function clientName(peerId: Uint8Array): string {
  const text = latin1(peerId)
  const azureus = /^-([A-Za-z0-9]{2})([0-9A-Za-z]{4})-/.exec(text)
  if (azureus !== null) {
    const [, code = '', version = ''] = azureus
    return `${AZUREUS[code] ?? code} ${versionText(code, version)}`
  }
  // aria2 since 1.34 writes its version out: A2-1-36-0-…
  const aria2 = /^A2-(\d+)-(\d+)-(\d+)-/.exec(text)
  if (aria2 !== null) return `aria2 ${aria2.slice(1).join('.')}`
  const mainline = /^M(\d+)-(\d+)-(\d+)-/.exec(text)
  if (mainline !== null) return `BitTorrent ${mainline.slice(1).join('.')}`
  return 'unknown'
}

function versionText(code: string, version: string): string {
  // Transmission writes 3.00 as `3000`: major, two digits of minor, and a kind of build.
  if (code === 'TR') return `${version[0] ?? ''}.${version.slice(1, 3)}`
  const digits = Array.from(version, digit => parseInt(digit, 36))
  while (digits.length > 2 && digits.at(-1) === 0) digits.pop()
  return digits.join('.')
}
