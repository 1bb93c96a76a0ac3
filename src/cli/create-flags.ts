// The flags of `create` that say what the torrent is made of, and what they mean to the library.
import type { Interfaces } from '@oclif/core'
import { CLIENT } from '../lib/engine/client.ts'
import type { CreateOptions } from '../lib/engine/create-torrent.ts'
import { Flags } from './options.ts'
import { dateFlag, globFlag, nodeFlag, pieceLengthFlag, sortFlag, tierFlag, webSeedFlag } from './torrent-flags.ts'

export const createFlags = {
  tracker: tierFlag({ char: 't' }),
  'piece-length': pieceLengthFlag({ char: 'l' }),
  private: Flags.boolean({ char: 'p', description: 'peers only from the trackers of the torrent (BEP 27)' }),
  source: Flags.string({
    char: 's',
    description: 'a name that gives the torrent an info-hash of its own',
    helpValue: 'TEXT',
  }),
  comment: Flags.string({ char: 'c', description: 'a comment for people', helpValue: 'TEXT' }),
  name: Flags.string({ description: 'in place of the name of the file or folder', helpValue: 'NAME' }),
  'web-seed': webSeedFlag({ char: 'w' }),
  node: nodeFlag(),
  exclude: globFlag({ char: 'e', description: 'leave out files, and folders with all in them (may be repeated)' }),
  include: globFlag({ description: 'take only these files, or those of these folders (may be repeated)' }),
  hidden: Flags.boolean({ description: 'take names that start with a dot too' }),
  junk: Flags.boolean({ description: 'take what file managers leave behind too, such as Thumbs.db' }),
  'follow-symlinks': Flags.boolean({ description: 'take what symbolic links lead to' }),
  'sort-by': sortFlag(),
  date: dateFlag(),
  'no-date': Flags.boolean({ description: 'write no date of creation, which is the default' }),
  'created-by': Flags.string({ description: 'who made it, in place of bt and its version', helpValue: 'TEXT' }),
  'no-created-by': Flags.boolean({ description: 'do not say who made it' }),
  threads: Flags.integer({ description: 'threads that hash; as many as there are cores by default', min: 1, max: 64 }),
}

export type CreateFlags = Interfaces.InferredFlags<typeof createFlags>

/** @param target where the torrent goes, which is no part of itself. */
export function createOptions(flags: CreateFlags, target: string | undefined): CreateOptions {
  const { 'piece-length': pieceLength, source, comment, name, date, threads } = flags
  return {
    tiers: flags.tracker ?? [],
    webSeeds: flags['web-seed'] ?? [],
    nodes: flags.node ?? [],
    private: flags.private,
    exclude: flags.exclude ?? [],
    include: flags.include ?? [],
    hidden: flags.hidden,
    junk: flags.junk,
    followLinks: flags['follow-symlinks'],
    order: flags['sort-by'] ?? [],
    ...(target !== undefined && { except: target }),
    ...(pieceLength !== undefined && { pieceLength }),
    ...(source !== undefined && { source }),
    ...(comment !== undefined && { comment }),
    ...(name !== undefined && { name }),
    ...(date !== undefined && !flags['no-date'] && { creationDate: date }),
    ...(!flags['no-created-by'] && { createdBy: flags['created-by'] ?? CLIENT }),
    ...(threads !== undefined && { threads }),
  }
}
