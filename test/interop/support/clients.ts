/** The real clients that `bt` is tested against, the slowest first: Transmission reconsiders its peers every ten seconds. */
import { aria2 } from './aria2.ts'
import type { Client } from './client.ts'
import { libtorrent } from './libtorrent.ts'
import { transmission } from './transmission.ts'

export const CLIENTS: readonly Client[] = [transmission, aria2, libtorrent]
