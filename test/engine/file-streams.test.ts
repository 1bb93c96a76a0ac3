import { describe, expect, it } from 'vitest'
import type { Bitfield } from '../../src/lib/base/bitfield.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { FileStreams } from '../../src/lib/engine/file-streams.ts'
import { passingStorage } from '../../src/lib/engine/passing-storage.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import type { PieceRange } from '../../src/lib/picker/picker.ts'

const PIECE = 16 * 2 ** 20
const PIECES = 6

/** Two files, the second from the midst of piece 0 to the end; pieces so large that a reader looks two ahead. */
function opened(): {
  streams: FileStreams
  have: Bitfield
  focused: (readonly PieceRange[])[]
  released: number[]
  arrive: (piece: number) => Promise<void>
} {
  const files = [1000, PIECES * PIECE - 2000].map((length, i) => ({ length, path: [`f${i}`] }))
  const { info } = parseMetainfo(
    encode({ info: { name: 'n', 'piece length': PIECE, pieces: Buffer.alloc(20 * PIECES), files } }),
  )
  const storage = passingStorage(info, 1, PIECE)
  const { have } = storage
  const focused: (readonly PieceRange[])[] = []
  const released: number[] = []
  const streams = new FileStreams({
    focus: ranges => focused.push(ranges),
    release: pieces => {
      released.push(...pieces)
      for (const piece of pieces) have.clear(piece)
    },
  })
  streams.open({ info, storage, have })
  const arrive = async (piece: number): Promise<void> => {
    await storage.write(
      piece * PIECE,
      new Uint8Array(Math.min(PIECE, info.totalLength - piece * PIECE)).fill(piece + 1),
    )
    have.set(piece)
    streams.verified(piece)
  }
  return { streams, have, focused, released, arrive }
}

describe('a file that is read while it comes', () => {
  it('moves the focus with its reader, and lets go of what lies behind', async () => {
    const { streams, focused, released, arrive } = opened()
    const reader = streams.read(1, {})
    let length = 0
    for (let piece = 0; piece < PIECES; piece++) {
      const next = reader.next()
      await arrive(piece)
      let chunk = await next
      // The last read of a piece is followed by the wait for the next.
      for (;;) {
        if (chunk.done === true) break
        length += chunk.value.length
        expect([chunk.value[0], chunk.value.at(-1)]).toEqual([piece + 1, piece + 1])
        if ((1000 + length) % PIECE === 0) break
        chunk = await reader.next()
      }
    }
    expect(length).toBe(PIECES * PIECE - 2000)
    const firsts = focused.map(([range]) => range && [range.first, range.end])
    expect(firsts).toEqual([[0, 3], [1, 4], [2, 5], [3, 6], [4, 6], [5, 6], undefined])
    expect(released).toEqual([0, 1, 2, 3])
    // What is gone can not be had again.
    await expect(streams.read(1, { start: 5 }).next()).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('hands out a range, and nothing that is not verified', async () => {
    const { streams, arrive } = opened()
    await arrive(2)
    const reader = streams.read(1, { start: 3 * PIECE - 1010, end: 3 * PIECE - 990 })
    expect(await reader.next()).toEqual({ done: false, value: new Uint8Array(10).fill(3) })
    let settled = false
    const next = reader.next().finally(() => (settled = true))
    await arrive(4)
    expect(settled).toBe(false)
    await arrive(3)
    expect(await next).toEqual({ done: false, value: new Uint8Array(10).fill(4) })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('gives the order free once its reader leaves, and takes turns with others', async () => {
    const { streams, focused, arrive } = opened()
    await arrive(0)
    await arrive(3)
    const [one, two] = [streams.read(1, {}), streams.read(1, { start: 3 * PIECE })]
    await Promise.all([one.next(), two.next()])
    expect(focused.at(-1)).toEqual([
      { first: 0, end: 3 },
      { first: 3, end: 6 },
    ])
    await one.return()
    expect(focused.at(-1)).toEqual([{ first: 3, end: 6 }])
    await two.return()
    expect(focused.at(-1)).toEqual([])
  })

  it('ends with its torrent', async () => {
    const { streams, arrive } = opened()
    const waiting = streams.read(1, {})
    const next = waiting.next()
    await Promise.resolve()
    const ended = new BtError('STALLED', 'no more')
    streams.end(ended)
    await expect(next).rejects.toBe(ended)
    await arrive(0)
    await expect(streams.read(1, {}).next()).rejects.toBe(ended)
  })

  it.each([
    [5, {}, 'files 0 to 1; there is no 5'],
    [1, { start: 9, end: 8 }, 'there are none from 9 to 8'],
    [1, { start: -1 }, 'there are none from -1'],
    [0, { end: 1001 }, '"f0" has 1000 bytes'],
  ])('refuses file %i from %j', async (file, range, message) => {
    const { streams } = opened()
    await expect(streams.read(file, range).next()).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(message) as string,
    })
  })
})
