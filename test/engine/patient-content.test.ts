import { describe, expect, it } from 'vitest'
import { sharedBytes } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { Content } from '../../src/lib/engine/content.ts'
import { patientContent } from '../../src/lib/engine/patient-content.ts'

const HASH = new Uint8Array(20)
const full = (): BtError => new BtError('DISK_FULL', 'no room')

/** Content whose writes fail as the script says, in turn, and then succeed. */
function setUp(failures: Error[]) {
  const attempts: number[] = []
  const events: string[] = []
  const interrupt = new AbortController()
  let emptied: () => void = () => {}
  const used = new Promise<void>(resolve => {
    emptied = resolve
  })
  const content: Content = {
    readInto: (_, [part]) => Promise.resolve(void part?.fill(7)),
    write: offset => {
      attempts.push(offset)
      const failure = failures.shift()
      if (failures.length === 0) emptied()
      return failure === undefined ? Promise.resolve() : Promise.reject(failure)
    },
  }
  const patient = patientContent(content, {
    signal: interrupt.signal,
    onFull: error => events.push(`full: ${error.message}`),
    onRoom: () => events.push('room'),
    retryInterval: 1,
  })
  return { patient, content, attempts, events, interrupt, used }
}

describe('patientContent', () => {
  it('tries again until there is room, and says when it began to wait and when it is over', async () => {
    const { patient, attempts, events } = setUp([full(), full(), full()])
    await patient.write(7, new Uint8Array(1))
    expect(attempts).toEqual([7, 7, 7, 7])
    expect(events).toEqual(['full: no room', 'room'])
  })

  it('tells of it once for all that wait', async () => {
    const { patient, attempts, events } = setUp([full(), full(), full(), full(), full()])
    await Promise.all([1, 2, 3].map(offset => patient.write(offset, new Uint8Array(1))))
    expect(attempts).toEqual([1, 2, 3, 1, 2, 3, 1, 2])
    expect(events).toEqual(['full: no room', 'room'])
    const part = new Uint8Array(1)
    await patient.readInto(0, [part])
    expect(part[0]).toBe(7)
  })

  it('fails at once with what waiting does not mend, also while it waits', async () => {
    const denied = new BtError('DISK_PERMISSION', 'not allowed')
    const { patient, events } = setUp([denied, full(), denied])
    await expect(patient.write(0, new Uint8Array(1))).rejects.toBe(denied)
    expect(events).toEqual([])
    await expect(patient.write(0, new Uint8Array(1))).rejects.toBe(denied)
    expect(events).toEqual(['full: no room'])
  })

  it('writes what was right and found no room while it was kept, once there is some', async () => {
    const { patient, content, attempts, events } = setUp([full()])
    expect(await patient.keep?.(5, sharedBytes(1), HASH)).toBe('left')
    content.keep = () => Promise.resolve('wrong')
    expect(await patient.keep?.(5, sharedBytes(1), HASH)).toBe('wrong')
    content.keep = () => Promise.reject(full())
    expect(await patient.keep?.(5, sharedBytes(1), HASH)).toBe('kept')
    expect([attempts, events]).toEqual([
      [5, 5],
      ['full: no room', 'room'],
    ])
    const denied = new BtError('DISK_PERMISSION', 'not allowed')
    content.keep = () => Promise.reject(denied)
    await expect(patient.keep?.(5, sharedBytes(1), HASH)).rejects.toBe(denied)
  })

  it('lets go with the reason of its signal, whether it waits or not yet', async () => {
    const { patient, events, interrupt, used } = setUp([full()])
    const reason = new BtError('INTERRUPTED', 'stopped')
    const waiting = patient.write(0, new Uint8Array(1))
    await used
    interrupt.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(events.filter(event => event === 'room')).toEqual([])
    await patient.write(0, new Uint8Array(1))
  })
})
