// What stands among the files of a folder and is no content of anybody's.
import { isStateName } from './output.ts'

/**
 * `own`: of bt itself, or the torrent that is being made. `link`: a symbolic link that is not followed or leads nowhere.
 * `loop`: a link to a folder that it is in, or to other links and back. `special`: a device, a pipe, a socket.
 */
export type LeftOutReason = 'own' | 'hidden' | 'junk' | 'excluded' | 'not included' | 'link' | 'loop' | 'special'

/** In lower case: what macOS and Windows keep in folders for their file managers. */
const JUNK: ReadonlySet<string> = new Set([
  '.ds_store',
  '.localized',
  '.spotlight-v100',
  '.fseventsd',
  '.trashes',
  '__macosx',
  'thumbs.db',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  'icon\r',
  '$recycle.bin',
  'system volume information',
])

/** Copies of a file's attributes that macOS makes on other file systems. */
const APPLE_DOUBLE = '._'

/** Why a file or folder of this name is left out whatever it is; undefined where nothing speaks against it. */
export function unwantedName(
  name: string,
  options: { readonly hidden?: boolean; readonly junk?: boolean },
): LeftOutReason | undefined {
  if (isStateName(name)) return 'own'
  if (JUNK.has(name.toLowerCase()) || name.startsWith(APPLE_DOUBLE)) return options.junk === true ? undefined : 'junk'
  return name.startsWith('.') && options.hidden !== true ? 'hidden' : undefined
}
