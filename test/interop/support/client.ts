/** What a test asks of a real client. */
import type { Lab } from './lab.ts'
import type { Tool } from './tools.ts'
import type { Scheme, Torrent } from './torrent.ts'

export const FORMS = ['torrent', 'magnet'] as const
export type Form = (typeof FORMS)[number]

export interface Source {
  readonly torrent: Torrent
  readonly form: Form
  readonly scheme: Scheme
}

/** The .torrent's path or the magnet link, as a client takes it on its command line. */
export function argument({ torrent, form, scheme }: Source): string {
  return form === 'torrent' ? torrent.file(scheme) : torrent.magnet(scheme)
}

export interface Seed {
  /** Where it listens, as `ip:port`. */
  readonly address: string
  stop(): Promise<void>
}

export interface Client {
  readonly name: Tool
  /** How its peer ID begins. */
  readonly peerIdPrefix: string
  /** Whether a download of it has the torrent's empty files too: Transmission does without. */
  readonly emptyFiles: boolean
  /** Starts to seed the torrent's content, found in `folder` (by default where it was made). */
  seed(lab: Lab, torrent: Torrent, scheme: Scheme, folder?: string): Promise<Seed>
  /** Downloads into a new folder and gives the content's path there once it is complete; the client has ended then. */
  download(lab: Lab, source: Source): Promise<string>
}
