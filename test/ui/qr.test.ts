import { encode } from 'uqr'
import { describe, expect, test } from 'vitest'
import { qrLines } from '../../src/lib/ui/qr.ts'

const LINK = `magnet:?xt=urn:btih:${'0123456789abcdef'.repeat(3).slice(0, 40)}&dn=a%20name`
const QUIET = 2

/** What a camera would see on a dark screen: true where nothing is lit. */
function seen(lines: readonly string[]): readonly (readonly boolean[])[] {
  return lines.flatMap(line => [
    line.split('').map(char => char === ' ' || char === '▄'),
    line.split('').map(char => char === ' ' || char === '▀'),
  ])
}

describe('a QR code', () => {
  test('has every module of the code, with light around it', () => {
    const lines = qrLines(LINK, { columns: 80, colour: false }) ?? []
    const { data, size } = encode(LINK, { ecc: 'L', border: 0 })
    const rows = seen(lines)
    const inner = rows.slice(QUIET, QUIET + size).map(row => row.slice(QUIET, QUIET + size))
    expect(inner).toEqual(data)
    const outside = [...rows.slice(0, QUIET), ...rows.slice(QUIET + size)].flat()
    expect(outside).not.toContain(true)
    for (const row of rows) expect([...row.slice(0, QUIET), ...row.slice(QUIET + size)]).not.toContain(true)
  })

  test('fits a link with a long name and two trackers into 80 columns', () => {
    const trackers = '&tr=http%3A%2F%2Ftracker.example.org%3A6969%2Fannounce'.repeat(2)
    const lines = qrLines(`${LINK}${'x'.repeat(100)}${trackers}`, { columns: 80, colour: false }) ?? []
    expect(lines.length).toBeGreaterThan(20)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('says its colours where there are some', () => {
    const [plain = []] = [qrLines(LINK, { columns: 80, colour: false })]
    const coloured = qrLines(LINK, { columns: 80, colour: true })
    expect(coloured).toEqual(plain.map(line => `\u001b[97;40m${line}\u001b[0m`))
  })

  test.each([
    ['the screen is too narrow', LINK, 30],
    ['no code holds so much', 'x'.repeat(5000), 10_000],
  ])('is none where %s', (_, text, columns) => {
    expect(qrLines(text, { columns, colour: false })).toBeUndefined()
  })
})
