// What a person names a torrent by - a file, `-`, an http(s) URL, a magnet link, an info-hash - as one shape.
import { stat } from 'node:fs/promises'
import type { PeerAddress } from '../base/address.ts'
import { fromHex } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { infoHash, type InfoHash } from '../base/ids.ts'
import { parseMagnet, type Magnet } from '../metainfo/magnet.ts'
import { parseMetainfo, type Info, type Metainfo } from '../metainfo/metainfo.ts'
import { MAX_TORRENT_BYTES } from '../metainfo/limits.ts'
import { firstTrackers } from './first-trackers.ts'
import { readBounded } from './read-bounded.ts'

/** A torrent to work on. `info` is absent where it has to come from peers first. */
export interface TorrentSource {
  readonly infoHash: InfoHash
  readonly info?: Info
  readonly metainfo?: Metainfo
  readonly magnet?: Magnet
  readonly tiers: readonly (readonly string[])[]
  readonly peers: readonly PeerAddress[]
  readonly displayName?: string
}

/** A source from a .torrent file that `parseMetainfo` read. */
export function fromMetainfo(metainfo: Metainfo): TorrentSource {
  const { info } = metainfo
  const tiers = firstTrackers(metainfo.tiers)
  return { infoHash: info.infoHash, info, metainfo, tiers, peers: [], displayName: info.name }
}

/** A source from a magnet link that `parseMagnet` read; its info dictionary has to come from peers. */
export function fromMagnet(magnet: Magnet): TorrentSource {
  return {
    infoHash: magnet.infoHash,
    magnet,
    // A magnet link has no tiers; each `tr` is one of its own, tried in the order given.
    tiers: firstTrackers(magnet.trackers.map(tracker => [tracker])),
    peers: magnet.peers,
    ...(magnet.displayName !== undefined && { displayName: magnet.displayName }),
  }
}

/**
 * A source from whatever a person names a torrent by.
 * @param argument a path, `-` for standard input, an http(s) URL of a .torrent, a magnet link or 40 hex digits.
 * @throws BtError USAGE, INPUT_UNREADABLE, METAINFO_INVALID, MAGNET_INVALID, HTTP_FAILED.
 */
export async function loadSource(
  argument: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<TorrentSource> {
  if (/^magnet:/i.test(argument)) return fromMagnet(parseMagnet(argument))
  const hash = /^[0-9a-f]{40}$/i.test(argument) ? fromHex(argument) : undefined
  if (hash !== undefined && !(await isFile(argument))) {
    return { infoHash: infoHash(hash), tiers: [], peers: [] }
  }
  return fromMetainfo(readMetainfo(argument, await readInput(argument, signal)))
}

/**
 * As `parseMetainfo`, but an error says which input it was that is no torrent.
 * @param argument as `loadSource` has it
 */
export function readMetainfo(argument: string, bytes: Uint8Array): Metainfo {
  const name = argument === '-' ? 'standard input' : argument
  if (bytes.length === 0) throw new BtError('METAINFO_INVALID', `${name} is empty, and so no .torrent file`)
  try {
    return parseMetainfo(bytes)
  } catch (error) {
    if (!(error instanceof BtError) || error.code === 'UNSUPPORTED_TORRENT') throw error
    const options = { cause: error, details: error.details }
    throw new BtError(error.code, `${name} is not a .torrent file: ${error.message}`, options)
  }
}

/**
 * The bytes behind a path, `-` or an http(s) URL, at most those of the largest .torrent file we take.
 * @throws BtError USAGE for what is none of them; INPUT_UNREADABLE, METAINFO_INVALID, HTTP_FAILED, DISK_*.
 */
export async function readInput(argument: string, signal: AbortSignal): Promise<Uint8Array> {
  if (argument === '-') return readStdin(signal)
  if (/^https?:\/\//i.test(argument)) return download(argument, signal)
  if (argument === '' || /^[a-z][a-z\d+.-]*:\/\//i.test(argument)) {
    throw new BtError(
      'USAGE',
      `"${argument}" is no kind of torrent that bt reads; name a file, an http(s) URL, a magnet link or -`,
    )
  }
  return readFromDisk(argument)
}

async function download(address: string, signal: AbortSignal): Promise<Uint8Array> {
  if (!URL.canParse(address)) {
    throw new BtError('USAGE', `"${address}" is not a URL; write http://host/path or https://host/path`)
  }
  // Only here, since most commands name a torrent and few by a URL: undici takes longer to load than all of ours.
  const { fetchBytes } = await import('../net/http.ts')
  const { status, body } = await fetchBytes(new URL(address), { signal, maxBytes: MAX_TORRENT_BYTES })
  if (status === 200) return body
  throw new BtError('HTTP_FAILED', `${address} answered with HTTP status ${status} instead of a .torrent file`)
}

async function readFromDisk(path: string): Promise<Uint8Array> {
  try {
    const bytes = await readBounded(path, MAX_TORRENT_BYTES, `read it with "-" and < ${path}, or name a file`)
    if (bytes !== undefined) return bytes
    throw new BtError('METAINFO_INVALID', `${path} has more than the ${MAX_TORRENT_BYTES} bytes of a .torrent file`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') {
      throw new BtError('INPUT_UNREADABLE', `${path} is a folder; name a .torrent file or a magnet link`, {
        cause: error,
      })
    }
    // Most commands read a torrent, and few fail to: what touches the disk is loaded only here.
    const { diskError, isGarbled } = await import('../storage/disk-error.ts')
    if (code === 'ENOENT' && !isGarbled(path)) {
      throw new BtError('DISK_NOT_FOUND', `there is no file ${path}`, { cause: error })
    }
    throw diskError(error, path, 'read')
  }
}

async function readStdin(signal: AbortSignal): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  const abort = (): void => {
    process.stdin.destroy()
  }
  signal.addEventListener('abort', abort, { once: true })
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk)
    length += bytes.length
    if (length > MAX_TORRENT_BYTES) {
      throw new BtError('INPUT_UNREADABLE', `standard input holds more than ${MAX_TORRENT_BYTES} bytes`)
    }
    chunks.push(bytes)
  }
  signal.removeEventListener('abort', abort)
  signal.throwIfAborted()
  return Buffer.concat(chunks)
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    stats => stats.isFile(),
    () => false,
  )
}
