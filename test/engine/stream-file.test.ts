import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { streamFile } from '../../src/lib/engine/stream-file.ts'
import { makeSample, openEngine, seedEngine, temporaryFolder, wrongFiles } from './support/content.ts'

const LENGTHS = { 'a.bin': 50_000, 'b.bin': 500_000, 'c.bin': 70_000 }

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = []
  for await (const chunk of chunks) found.push(chunk)
  return Buffer.concat(found)
}

/** Comparing as `toEqual` does takes a second a megabyte. */
async function expectBytes(chunks: AsyncIterable<Uint8Array>, bytes: Uint8Array | undefined): Promise<void> {
  expect((await collect(chunks)).equals(bytes ?? Buffer.alloc(0))).toBe(true)
}

describe('streamFile', () => {
  it('gives the bytes of one file in order, through memory alone', async () => {
    const sample = await makeSample(LENGTHS)
    const { address } = await seedEngine(sample)
    const { session, chunks } = streamFile(await openEngine(), sample.source, { peers: [address], select: () => [1] })
    await expectBytes(chunks, sample.files['b.bin'])
    await session.done
    const { bytesDone, bytesTotal } = session.progress()
    expect(bytesDone).toBe(bytesTotal)
    // Bytes 50,000 to 550,000 lie in pieces 3 to 33.
    expect([...(session.have?.indices() ?? [])]).toEqual(Array.from({ length: 31 }, (_, i) => i + 3))
  })

  it('stores the file too where it is told to, and gives what is there already', async () => {
    const sample = await makeSample(LENGTHS)
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'out')
    for (const peers of [[address], []]) {
      const engine = await openEngine()
      const { session, chunks } = streamFile(engine, sample.source, { peers, output, select: () => [0], store: true })
      await expectBytes(chunks, sample.files['a.bin'])
      await session.done
      await engine.close()
    }
    expect((await readdir(output)).filter(name => !name.startsWith('.'))).toEqual(['a.bin'])
    expect(await wrongFiles(output, { 'a.bin': sample.files['a.bin'] ?? new Uint8Array() })).toEqual([])
  })

  it('serves others what it has in memory', async () => {
    const sample = await makeSample({ 'a.bin': 200_000 })
    const { address } = await seedEngine(sample)
    const middle = await openEngine()
    const first = streamFile(middle, sample.source, { peers: [address] })
    const bytes = await collect(first.chunks)
    const peers = middle.address === undefined ? [] : [middle.address]
    const second = streamFile(await openEngine(), sample.source, { peers })
    await expectBytes(second.chunks, bytes)
  })

  it.each([
    ['several', undefined, '3 of "sample" are selected'],
    ['none', (): number[] => [], 'none of "sample" are selected'],
  ])('refuses a selection of %s', async (_what, select, message) => {
    const sample = await makeSample(LENGTHS)
    const stream = streamFile(await openEngine(), sample.source, { ...(select !== undefined && { select }) })
    const refusal = { code: 'USAGE', message: expect.stringContaining(message) as string }
    await expect(collect(stream.chunks)).rejects.toMatchObject(refusal)
    await expect(stream.session.done).rejects.toMatchObject(refusal)
  })
})

describe('TorrentSession.stream', () => {
  it('reads ranges of files of any session, at any time', async () => {
    const sample = await makeSample(LENGTHS)
    const seed = await openEngine()
    const session = seed.seed(sample.source, { path: sample.path })
    const bytes = sample.files['c.bin'] ?? new Uint8Array()
    await expectBytes(session.stream(2, { start: 100, end: 40_000 }), bytes.subarray(100, 40_000))
    await session.stop()
    await expect(collect(session.stream(2))).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('refuses a file that is not downloaded, and a session without content', async () => {
    const sample = await makeSample(LENGTHS)
    const output = join(await temporaryFolder(), 'out')
    const session = (await openEngine()).download(sample.source, { output, select: () => [0] })
    await expect(collect(session.stream(2))).rejects.toMatchObject({
      code: 'USAGE',
      message: '"c.bin" is not among the files that are downloaded',
    })
    const metadata = (await openEngine()).fetchMetadata(sample.source)
    await expect(collect(metadata.stream(0))).rejects.toMatchObject({ code: 'USAGE' })
  })
})
