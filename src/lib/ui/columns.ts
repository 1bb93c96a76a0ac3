// Rows of cells as lines, each column as wide as its widest cell that another follows.

const GAP = '  '

/** No spaces at the end of a line. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [i, cell] of row.slice(0, -1).entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  }
  return rows.map(row =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd(),
  )
}

/** Ascending numbers as people write them: `0, 2-4`. */
export function ranges(numbers: readonly number[]): string {
  const found: [first: number, last: number][] = []
  for (const number of numbers) {
    const current = found.at(-1)
    if (current !== undefined && current[1] === number - 1) current[1] = number
    else found.push([number, number])
  }
  return found.map(rangeText).join(', ')
}

export function rangeText([first, last]: readonly [first: number, last: number]): string {
  return first === last ? String(first) : `${first}-${last}`
}
