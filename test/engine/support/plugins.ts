// A tracker and an extension registry without a network, for engines in tests.
import { utMetadata } from '../../../plugins/ut-metadata/src/extension.ts'
import type { AnnounceRequest, AnnounceResponse, BtPlugin, PeerAddress, Tracker } from '../../../src/lib/plugin/api.ts'
import { PluginRegistry } from '../../../src/lib/plugin/registry.ts'
import { toolkit } from '../../../src/lib/plugin/toolkit.ts'

export const TRACKER_URL = 'fake://tracker/announce'

/** A registry with ut_metadata and whatever a test adds. */
export function registryOf(plugin: Partial<BtPlugin> = {}): PluginRegistry {
  return new PluginRegistry([
    { name: 'bundled', origin: 'core', plugin: { api: 1, extensions: [utMetadata(toolkit)] } },
    { name: 'test', origin: 'user', plugin: { api: 1, ...plugin } },
  ])
}

/** Answers every announce with its peers, and remembers them. */
export class FakeTracker implements Tracker {
  readonly schemes = ['fake:'] as const
  readonly requests: AnnounceRequest[] = []
  readonly urls: string[] = []
  peers: readonly PeerAddress[] = []
  /** Replaces the answer. */
  answer: ((request: AnnounceRequest, signal: AbortSignal) => Promise<AnnounceResponse>) | undefined

  announce: Tracker['announce'] = async (url, request, io) => {
    this.requests.push(request)
    this.urls.push(url.href)
    return this.answer?.(request, io.signal) ?? { peers: this.peers, interval: 1800 }
  }

  /** The events of one peer, in order; `-` for a regular announce. */
  events(peerId?: Uint8Array): readonly string[] {
    return this.requests.filter(request => peerId === undefined || request.peerId === peerId).map(eventOf)
  }
}

export function eventOf(request: AnnounceRequest): string {
  return request.event ?? '-'
}
