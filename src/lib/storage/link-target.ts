// What a path leads to, by whatever symbolic links: not all of them lead anywhere.
import type { Stats } from 'node:fs'
import { lookAtOnce } from './descriptor.ts'
import { diskError, errnoOf, isAbsent } from './disk-error.ts'

/**
 * @returns `nowhere`, `round`: of a link to nothing, and of one to other links and back
 * @throws BtError DISK_* where it can not be looked at
 */
export function lookBehind(path: string): Stats | 'nowhere' | 'round' {
  try {
    return lookAtOnce(path, 'follow')
  } catch (error) {
    const round = errnoOf(error) === 'ELOOP'
    if ((round || isAbsent(error)) && isLink(path)) return round ? 'round' : 'nowhere'
    throw diskError(error, path, 'read')
  }
}

function isLink(path: string): boolean {
  try {
    return lookAtOnce(path, 'stay').isSymbolicLink()
  } catch {
    return false
  }
}
