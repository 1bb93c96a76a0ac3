// The content of a session by itself: when it is opened, looked at once more, and let go of.
import { describe, expect, it, onTestFinished } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { SessionContent } from '../../src/lib/engine/session-content.ts'
import { settleable } from '../../src/lib/engine/settleable.ts'
import type { Storage } from '../../src/lib/engine/storage.ts'
import { parseInfo } from '../../src/lib/metainfo/metainfo.ts'
import { Disk } from '../../src/lib/storage/disk.ts'
import { Hasher } from '../../src/lib/storage/hasher.ts'
import { singleFileInfo } from '../metainfo/samples.ts'

const INFO = parseInfo(encode(singleFileInfo()))

function setUp(have: Bitfield, changes: Partial<Storage> = {}) {
  const told: string[] = []
  const abort = new AbortController()
  const [opened, letOpen] = settleable<void>()
  const storage: Storage = {
    have,
    wanted: Bitfield.full(INFO.pieceCount),
    readInto: () => Promise.resolve(),
    write: () => Promise.resolve(),
    close: async () => void told.push('closed'),
    ...changes,
  }
  const hasher = new Hasher()
  const disk = new Disk()
  onTestFinished(() => Promise.all([hasher.close(), disk.close()]).then(() => undefined))
  const content = new SessionContent({
    context: { hasher, disk },
    storage: async () => {
      await opened
      return storage
    },
    signal: abort.signal,
    report: { onChecked: () => {}, onReserved: () => {}, onWarning: () => {} },
    run: () => ({ uploaded: 0, downloaded: 0, seeding: 'over' }),
    onOpening: () => told.push('opening'),
    onOpen: () => told.push('open'),
    onComplete: () => told.push('complete'),
    onError: error => told.push(error instanceof BtError ? error.code : String(error)),
  })
  return { content, told, abort, letOpen }
}

const nothing = (): Bitfield => new Bitfield(INFO.pieceCount)

describe('the content of a session', () => {
  it('is opened once', async () => {
    const { content, told, letOpen } = setUp(nothing())
    content.open(INFO)
    content.open(INFO)
    letOpen.resolve()
    await content.opened()
    expect(told).toEqual(['opening', 'open'])
  })

  it('is not opened once the session stops, and let go of where that was meanwhile', async () => {
    const { content, told, abort, letOpen } = setUp(nothing())
    content.open(INFO)
    abort.abort()
    letOpen.resolve()
    await content.opened()
    expect(told).toEqual(['opening', 'closed'])
    const late = setUp(nothing())
    late.abort.abort()
    late.content.open(INFO)
    expect(late.told).toEqual([])
  })

  it('is looked at once more where something was missing, and fails where that shows it gone', async () => {
    const confirm = (): Promise<void> => Promise.reject(new BtError('DISK_NOT_FOUND', 'gone'))
    const { content, told, letOpen } = setUp(nothing(), { confirm })
    content.open(INFO)
    letOpen.resolve()
    await content.opened()
    content.confirm()
    expect(told).toEqual(['opening', 'open'])
    await content.confirmed()
    expect(told).toEqual(['opening', 'open', 'DISK_NOT_FOUND'])
  })

  it('was looked at just now where all was here, and is not gained then', async () => {
    const confirm = (): Promise<void> => Promise.reject(new BtError('DISK_NOT_FOUND', 'looked at in vain'))
    const { content, told, letOpen } = setUp(Bitfield.full(INFO.pieceCount), { confirm })
    content.open(INFO)
    letOpen.resolve()
    await content.opened()
    content.confirm()
    expect(told).toEqual(['opening', 'open', 'complete'])
    expect(content.gained).toBe(false)
  })

  it('is gained once all of it is here that was not', async () => {
    const have = nothing()
    const { content, letOpen } = setUp(have)
    content.open(INFO)
    letOpen.resolve()
    await content.opened()
    expect(content.gained).toBe(false)
    for (let piece = 0; piece < INFO.pieceCount; piece++) have.set(piece)
    expect(content.gained).toBe(true)
  })
})
