// The plugin contract, types only: a plugin can not import the host at run time, so helpers reach it as `kit`.
// One hook, `bt:plugin`, returns plain data; the host builds its registry from that. What it is made of is beside this file,
// in `api-*.ts`, and reached through it only: it is what `bt-toolbox/plugin` gives.
import type { Hook } from '@oclif/core/hooks'
import type { PeerAddress } from '../base/address.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { BencodeDict, BencodeInput, BencodeValue } from '../bencode/value.ts'
import type { WireExtension } from './api-extension.ts'
import type { Host } from './api-host.ts'
import type { PeerSource } from './api-source.ts'
import type { Toolkit } from './api-toolkit.ts'
import type { Tracker } from './api-tracker.ts'

export type { BencodeDict, BencodeInput, BencodeValue, ErrorCode, InfoHash, PeerAddress, PeerId }

/** What a plugin's hook returns: plain data, any part of which may be missing. */
export interface BtPlugin {
  /** The version of this contract. */
  readonly api: 1
  /** Extension messages of BEP 10: ut_metadata, ut_pex, … */
  readonly extensions?: readonly WireExtension[]
  /** Trackers by URL scheme: http:, https:, udp:, … */
  readonly trackers?: readonly Tracker[]
  /** Other places that name peers: DHT, LSD, a file, … */
  readonly sources?: readonly PeerSource[]
}

export type { Tracker, AnnounceRequest, AnnouncedPeer, AnnounceResponse, ScrapeEntry } from './api-tracker.ts'
export type {
  WireExtension,
  ExtensionTorrent,
  ExtensionInstance,
  ExtensionPeer,
  ExtensionSession,
} from './api-extension.ts'
export type { PeerSource, TorrentView } from './api-source.ts'
export type { Io, TraceStep, HttpResponse, UdpSocket, UdpDatagram } from './api-io.ts'
export type { Toolkit } from './api-toolkit.ts'
export type { Host, HostTorrent, HostEngine, HostSession, HostProgress } from './api-host.ts'

declare module '@oclif/core/hooks' {
  interface Hooks {
    'bt:plugin': { options: { kit: Toolkit }; return: BtPlugin }
    'bt:host': { options: Record<string, never>; return: Host }
  }
}

/** The type of the function that a plugin's `bt:plugin` hook file exports as default. */
export type PluginHook = Hook<'bt:plugin'>
/** The type of the hook with which the host answers `bt:host`. */
export type HostHook = Hook<'bt:host'>
