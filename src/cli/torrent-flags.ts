// Flags of `create`: what may be written into a .torrent file.
import { Flags } from './options.ts'
import { BtError } from '../lib/base/errors.ts'
import { MAX_PIECE_LENGTH, MIN_PIECE_LENGTH_V2 } from '../lib/metainfo/limits.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2 }

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
