// A piece whose blocks are all there: hashed, and written if it is right.
import { equal, type SharedBytes } from '../base/bytes.ts'
import type { Hasher } from '../storage/hasher.ts'
import type { Content } from './content.ts'

/** @throws BtError DISK_*, with part of it written */
export async function keepPiece(
  content: Content,
  hasher: Hasher,
  piece: { readonly offset: number; readonly data: SharedBytes; readonly hash: Uint8Array },
): Promise<'kept' | 'wrong'> {
  const { offset, data, hash } = piece
  const outcome = (await content.keep?.(offset, data, hash)) ?? 'left'
  if (outcome !== 'left') return outcome
  if (!equal(await hasher.digest(data), hash)) return 'wrong'
  await content.write(offset, data)
  return 'kept'
}
