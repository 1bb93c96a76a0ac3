// Flags and arguments that several commands share, each defined once.
import { Args, Flags } from './options.ts'
import { parseAddress, type PeerAddress } from '../lib/base/address.ts'
import { BtError } from '../lib/base/errors.ts'

export const torrentArg = Args.string({
  required: true,
  description: 'a .torrent file, its http(s) URL, a magnet link, or - for a .torrent on standard input',
})

export const linkArg = Args.string({ required: true, description: 'a magnet link' })

export const pieceArg = Args.custom<number>({ parse: text => Promise.resolve(parseIndex(text)) })({
  required: true,
  description: 'the index of a piece; the first is 0',
})

export const peerFlag = Flags.custom<PeerAddress>({
  description: 'a peer to use, as ip:port or [ip]:port (may be repeated)',
  helpValue: 'ip:port',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(parseAddress(text)),
})

export const trackerFlag = Flags.custom({
  description: 'a tracker to ask besides those of the torrent (may be repeated)',
  helpValue: 'URL',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(checkUrl(text)),
})

export const selectFlag = Flags.custom({
  description:
    'only these files, by index (0,2,5-7) or pattern (*.mkv, extras/); all but these with ! (may be repeated)',
  helpValue: 'FILES',
  multiple: true,
  multipleNonGreedy: true,
})

export const oneTrackerFlag = Flags.custom({
  description: 'the tracker to ask, in place of those of the torrent',
  helpValue: 'URL',
  parse: text => Promise.resolve(checkUrl(text)),
})

/** A path to write to. */
export const pathFlag = Flags.custom({ parse: text => Promise.resolve(checkPath(text)) })

export const outFlag = pathFlag({ char: 'o', description: 'the file or folder to write', helpValue: 'OUT' })

/** The path of content. */
export const pathArg = Args.custom({ parse: text => Promise.resolve(checkPath(text)) })

export const portFlag = Flags.integer({
  description: 'the port to listen on for peers; 0 takes any free one',
  min: 0,
  max: 65_535,
  default: 0,
})

const stall = {
  description: 'give up (exit code 6) after this many seconds without progress; 0 waits for ever',
  helpValue: 'SECONDS',
  min: 0,
}

/** For work that goes on as long as it takes. */
export const stallFlag = Flags.integer({ ...stall, default: 0 })

/** For a question that somebody waits to have answered. */
export const askingStallFlag = Flags.integer({ ...stall, default: 60 })

/** A variable of a script that is not set; as a path it would be the working folder. */
function checkPath(text: string): string {
  if (text !== '') return text
  throw new BtError('USAGE', 'the path is empty; name a file or folder, such as . for the working folder')
}

function parseIndex(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new BtError('USAGE', `"${text}" is not the index of a piece; write a number such as 0`)
}

function checkUrl(text: string): string {
  if (URL.canParse(text)) return text
  throw new BtError('USAGE', `"${text}" is not a URL; write one such as http://host:port/announce`)
}
