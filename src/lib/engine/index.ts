// The library's front door: what `import … from 'bt-toolbox'` gives. See the README for a whole program.
export {
  createEngine,
  type AddOptions,
  type DownloadOptions,
  type Engine,
  type EngineOptions,
  type SeedOptions,
  type Serving,
} from './engine.ts'
export { fromMagnet, fromMetainfo, loadSource, type TorrentSource } from './source.ts'
export {
  createTorrent,
  planTorrent,
  type CreatedTorrent,
  type CreateOptions,
  type PlanOptions,
  type TorrentPlan,
} from './create-torrent.ts'
export type { DownloadTarget } from './download-storage.ts'
export type { ProgramPlugin } from './program-plugins.ts'
export {
  watchDiagnostics,
  type Diagnostics,
  type SessionRecord,
  type TrackerRecord,
  type WireRecord,
} from './diagnostics.ts'
export type { SeedPlace } from './seed-content.ts'
export type { TrackerEvent, Transport } from '../tracker/tracker.ts'
export type { FilePriority } from './priorities.ts'
export type { Progress, Stage } from './progress.ts'
export type { TorrentSnapshot } from '../swarm/stats.ts'
export type { RateLimits } from './rate-limits.ts'
export type { SeedGoal, SeedGoals } from './seed-goals.ts'
export { streamFile, type FileStream, type StreamOptions } from './stream-file.ts'
export type { StreamRange } from './file-streams.ts'
export type { TorrentSession } from './torrent-session.ts'
export type { SessionEvent, SessionEventOf } from './session-events.ts'
export type { AnnounceEvent } from './announcing.ts'
export type { DiskEvent } from './disk-room.ts'
export type { TorrentAlert } from '../swarm/actions.ts'
export type { AnnounceResponse } from '../plugin/api.ts'
export type { OpenStorage, Passing, Run, Storage, StorageRequest } from './storage.ts'
export type { Content } from './content.ts'
export type { Kept } from '../storage/content-file.ts'
export type { SharedBytes } from '../base/bytes.ts'
export type { PickOrder } from '../picker/offers.ts'
export { Bitfield } from '../base/bitfield.ts'
export { BtError, ERROR_EXIT_CODES, type ErrorCode } from '../base/errors.ts'
export { formatAddress, parseAddress, type PeerAddress } from '../base/address.ts'
export { parseMetainfo, parseInfo, type FileEntry, type Info, type Metainfo } from '../metainfo/metainfo.ts'
export { editTorrent, type EditedTorrent, type TorrentEdits } from '../metainfo/edit.ts'
export { formatMagnet, parseMagnet, type Magnet, type MagnetParts } from '../metainfo/magnet.ts'
export { decode, type DecodeOptions } from '../bencode/decode.ts'
export { encode } from '../bencode/encode.ts'
export type { BencodePatch, BencodePatchValue } from '../bencode/patch.ts'
export type { BencodeDict, BencodeInput, BencodeValue } from '../bencode/value.ts'
export type { InfoHash, PeerId } from '../base/ids.ts'
export type { OuterParts } from '../metainfo/create.ts'
export type { HashProgress } from '../storage/hash-listing.ts'
export type { Irregularity } from '../bencode/parser.ts'
export type { SortKey } from '../metainfo/file-order.ts'
export type { LeftOut, ListedFile, Listing } from '../storage/list-path.ts'
export type { HookOutcome, LoadedPlugin, PluginRegistry } from '../plugin/registry.ts'
export type { BtPlugin, Toolkit } from '../plugin/api.ts'
export type { LeftOutReason } from '../storage/left-out.ts'
export type { TrackedCall } from './tracker-trace.ts'
export type { Direction, TracedMessage } from '../wire/trace.ts'
