import { describe, expect, it } from 'vitest'
import { fetchPiece } from '../../src/lib/engine/fetch-piece.ts'
import { makeSample, openEngine, seedEngine } from './support/content.ts'

describe('fetchPiece', () => {
  it.each([
    ['in the middle', 1, 16_384, 32_768],
    ['the last, which is short', 3, 49_152, 50_000],
  ])('gets one piece, %s, and keeps it in memory', async (_, index, from, to) => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    const { address } = await seedEngine(sample)
    const { session, piece } = fetchPiece(await openEngine(), sample.source, index, { peers: [address] })
    expect(await piece).toEqual(sample.files['a.bin']?.subarray(from, to))
    expect([...(session.have?.indices() ?? [])]).toEqual([index])
    await session.stop()
  })

  it('serves what it got, to who asks for that', async () => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    const { address } = await seedEngine(sample)
    const middle = await openEngine()
    const first = fetchPiece(middle, sample.source, 2, { peers: [address] })
    await first.piece
    const second = fetchPiece(await openEngine(), sample.source, 2, {
      ...(middle.address && { peers: [middle.address] }),
    })
    expect(await second.piece).toEqual(await first.piece)
  })

  it('says that there is no such piece', async () => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    const { session, piece } = fetchPiece(await openEngine(), sample.source, 4)
    await expect(piece).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('pieces 0 to 3') })
    expect(session.stage).toBe('failed')
  })
})
