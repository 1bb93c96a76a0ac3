import { expect, it } from 'vitest'
import { WriteQueue } from '../../src/lib/storage/write-queue.ts'

/** A file whose every call does what the test says: so many bytes, or a failure. */
function scripted(steps: (number | Error)[] = []): { queue: WriteQueue; file: Uint8Array; calls: number[][] } {
  const file = new Uint8Array(64)
  const calls: number[][] = []
  let running = 0
  const writev = async (buffers: readonly Uint8Array[], position: number): Promise<number> => {
    expect(++running).toBe(1)
    calls.push([position, ...buffers.map(buffer => buffer.length)])
    await Promise.resolve()
    running--
    const step = steps.shift() ?? Infinity
    if (step instanceof Error) throw step
    const bytes = Buffer.concat(buffers).subarray(0, step)
    file.set(bytes, position)
    return bytes.length
  }
  return { queue: new WriteQueue(action => action(writev)), file, calls }
}

const bytes = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

it('writes one at a time, and what waits meanwhile in order, neighbours in one call', async () => {
  const { queue, file, calls } = scripted()
  const writes = [8, 24, 0, 12, 4, 28].map((position, index) => queue.write(bytes(4, index + 1), position))
  await Promise.all(writes)
  expect(calls).toEqual([
    [8, 4],
    [0, 4, 4],
    [12, 4],
    [24, 4, 4],
  ])
  expect([...file.subarray(0, 16)]).toEqual([...bytes(4, 3), ...bytes(4, 5), ...bytes(4, 1), ...bytes(4, 4)])
  expect([...file.subarray(24, 32)]).toEqual([...bytes(4, 2), ...bytes(4, 6)])
})

it('goes on after a short write, and settles each write as soon as its bytes are written', async () => {
  const { queue, file, calls } = scripted([4, 6, 1])
  const order: number[] = []
  const write = (fill: number, position: number): Promise<void> =>
    queue.write(bytes(4, fill), position).then(() => void order.push(fill))
  await Promise.all([write(9, 60), write(1, 0), write(3, 8), write(2, 4)])
  expect(calls).toEqual([
    [60, 4],
    [0, 4, 4, 4],
    [6, 2, 4],
    [7, 1, 4],
  ])
  expect([...file.subarray(0, 12)]).toEqual([...bytes(4, 1), ...bytes(4, 2), ...bytes(4, 3)])
  expect(order).toEqual([9, 1, 2, 3])
})

it('rejects those of a failed call that are not written, and writes the others', async () => {
  const full = new Error('no room')
  const { queue, file } = scripted([4, 5, full])
  const writes = [60, 0, 4, 8, 20].map((position, index) => queue.write(bytes(4, index + 1), position))
  const outcomes = await Promise.allSettled(writes)
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(outcomes[2]).toMatchObject({ reason: full })
  expect([...file.subarray(20, 24)]).toEqual([...bytes(4, 5)])
  await queue.write(bytes(4, 7), 8)
  expect([...file.subarray(8, 12)]).toEqual([...bytes(4, 7)])
})

it('rejects all that waited where the file can not be opened, and tries again for the next', async () => {
  let reachable = false
  const writev = (buffers: readonly Uint8Array[]): Promise<number> => Promise.resolve(Buffer.concat(buffers).length)
  const queue = new WriteQueue(action => (reachable ? action(writev) : Promise.reject(new Error('can not be opened'))))
  const writes = [0, 4, 20].map(position => queue.write(bytes(4, 1), position))
  const outcomes = await Promise.allSettled(writes)
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  reachable = true
  await queue.write(bytes(4, 1), 0)
})
