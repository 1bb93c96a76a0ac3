// Flags of `create` and `edit`: what may be written into a .torrent file.
import { Flags } from './options.ts'
import { parseAddress, type PeerAddress } from '../lib/base/address.ts'
import { BtError } from '../lib/base/errors.ts'
import type { SortKey } from '../lib/metainfo/file-order.ts'
import { MAX_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from '../lib/metainfo/limits.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2 }

const SORT_KEYS: ReadonlyMap<string, SortKey> = new Map([
  ['path', { by: 'path', descending: false }],
  ['path:desc', { by: 'path', descending: true }],
  ['size', { by: 'size', descending: false }],
  ['size:desc', { by: 'size', descending: true }],
])

/** Bytes. */
export const pieceLengthFlag = Flags.custom<number>({
  description: 'bytes of a piece, a power of two, such as 262144, 256K or 1M; chosen by the size by default',
  helpValue: 'SIZE',
  parse: text => Promise.resolve(parsePieceLength(text)),
})

/** A tier of tracker URLs (BEP 12). */
export const tierFlag = Flags.custom<readonly string[]>({
  description: 'a tracker (may be repeated: each is a tier; URLs with a comma between them share one)',
  helpValue: 'URL[,URL]',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(parseTier(text)),
})

export const webSeedFlag = Flags.custom({
  description: 'a web server that has the content (BEP 19; may be repeated)',
  helpValue: 'URL',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(checkUrl(text, /^(?:https?|ftp):\/\//i, 'http://host/path/')),
})

/** A node of the DHT (BEP 5). */
export const nodeFlag = Flags.custom<PeerAddress>({
  description: 'a node of the DHT to start from (BEP 5; may be repeated)',
  helpValue: 'host:port',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(parseAddress(text)),
})

/** Unix seconds. */
export const dateFlag = Flags.custom<number>({
  description: 'the date of creation: now, a date such as 2026-01-31 or 2026-01-31T12:00:00Z, or seconds since 1970',
  helpValue: 'DATE',
  parse: text => Promise.resolve(parseDate(text)),
})

export const sortFlag = Flags.custom<SortKey>({
  description: 'the order of the files; with :desc from the last (may be repeated to break ties)',
  options: [...SORT_KEYS.keys()],
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(SORT_KEYS.get(text)),
})

/** A URL as the torrent has it, whatever that is. */
export const urlFlag = Flags.custom({ helpValue: 'URL', multiple: true, multipleNonGreedy: true })

/** No URL has a space in it, so one can stand between two. */
export const replaceFlag = Flags.custom<readonly [old: string, fresh: string]>({
  description: "a part of trackers' URLs, a space, and what comes in its place (may be repeated)",
  helpValue: '"OLD NEW"',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(parseReplacement(text)),
})

export const globFlag = Flags.custom({
  helpValue: 'GLOB',
  multiple: true,
  multipleNonGreedy: true,
})

function parseReplacement(text: string): readonly [old: string, fresh: string] {
  const [, old, fresh] = /^(\S+) (\S+)$/.exec(text.trim()) ?? []
  if (old !== undefined && fresh !== undefined) return [old, fresh]
  throw new BtError('USAGE', `"${text}" does not say what to replace, a space, and by what`)
}

function parseDate(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  const time = text === 'now' ? Date.now() : /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN
  if (time >= 0) return Math.floor(time / 1000)
  throw new BtError(
    'USAGE',
    `"${text}" is not a date; write now, 2026-01-31, 2026-01-31T12:00:00Z or seconds since 1970`,
  )
}

function parsePieceLength(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)\s*([KM]?)(?:i?B)?$/i.exec(text.trim()) ?? []
  const length = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1)
  const fits = length >= MIN_PIECE_LENGTH_V2 && length <= MAX_PIECE_LENGTH && Number.isInteger(Math.log2(length))
  if (fits) return length
  throw new BtError('USAGE', `"${text}" is not a piece length; give a power of two from 16K to 512M, such as 256K`)
}

/** A comma inside a URL separates nothing. */
function parseTier(text: string): readonly string[] {
  return text
    .split(/,(?=[a-z][a-z0-9+.-]*:\/\/)/i)
    .map(url => checkUrl(url, /^[^:]+:\/\//, 'http://host:port/announce'))
}

function checkUrl(text: string, form: RegExp, example: string): string {
  const url = text.trim()
  if (form.test(url) && URL.canParse(url)) return url
  throw new BtError('USAGE', `"${text}" is not a URL that fits here; write one such as ${example}`)
}
