// The library's front door: what `import … from 'bt-toolbox'` gives. See the README for a whole program.
export {
  createEngine,
  type AddOptions,
  type DownloadOptions,
  type Engine,
  type EngineOptions,
  type SeedOptions,
} from './engine.ts'
export { fromMagnet, fromMetainfo, loadSource, type TorrentSource } from './source.ts'
export { createTorrent, type CreatedTorrent, type CreateOptions } from './create-torrent.ts'
export {
  watchDiagnostics,
  type Diagnostics,
  type SessionRecord,
  type TrackerRecord,
  type WireRecord,
} from './diagnostics.ts'
export type { FilePriority } from './priorities.ts'
export type { Progress, Stage } from './progress.ts'
export type { RateLimits } from './rate-limits.ts'
export type { SeedGoal, SeedGoals } from './seed-goals.ts'
export { streamFile, type FileStream, type StreamOptions } from './stream-file.ts'
export type { StreamRange } from './file-streams.ts'
export type { SessionEvent, TorrentSession } from './torrent-session.ts'
export type { OpenStorage, Run, Storage, StorageRequest } from './storage.ts'
export { BtError, type ErrorCode } from '../base/errors.ts'
export { formatAddress, parseAddress, type PeerAddress } from '../base/address.ts'
export { parseMetainfo, parseInfo, type FileEntry, type Info, type Metainfo } from '../metainfo/metainfo.ts'
export { formatMagnet, parseMagnet, type Magnet } from '../metainfo/magnet.ts'
export { decode } from '../bencode/decode.ts'
export { encode } from '../bencode/encode.ts'
