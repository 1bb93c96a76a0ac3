import { Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { makeSample, openEngine, seedEngine, temporaryFolder } from './support/content.ts'

/** 16 KiB each. */
const PIECES = 64
/** BEP 3: a length of 5, and the type. */
const HAVE = [0, 0, 0, 5, 4] as const

function isHave(bytes: Uint8Array, at: number): boolean {
  return HAVE.every((byte, index) => bytes[at + index] === byte)
}

it('tells of the pieces that become whole in one turn of the event loop in one packet', async () => {
  const sample = await makeSample({ file: PIECES * 16_384 })
  const { address } = await seedEngine(sample)
  const write = vi.spyOn(Socket.prototype, 'write')
  const leech = await openEngine()
  const path = join(await temporaryFolder(), 'copy')
  await leech.download(sample.source, { output: path, peers: [address] }).done
  const chunks = write.mock.calls.map(([chunk]) => chunk).filter(chunk => chunk instanceof Uint8Array)
  const havesIn = (chunk: Uint8Array): number => [...chunk.keys()].filter(at => isHave(chunk, at)).length
  const haves = chunks.filter(chunk => chunk.length < 1_000).map(havesIn)
  expect(haves.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(PIECES / 2)
  expect(Math.max(...haves)).toBeGreaterThan(1)
})
