// Tables in Markdown, so that they can be put into the docs as they are.

/**
 * @typedef {object} Table
 * @property {string[]} head
 * @property {(string | number | undefined)[][]} rows
 */

/** @param {Table} table @returns {string} */
export function markdown({ head, rows }) {
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows.map(row => row.map(cell))]
  return lines.map(line => `| ${line.join(' | ')} |`).join('\n')
}

/** Three digits that mean something. */
function cell(value) {
  if (value === undefined) return '–'
  if (typeof value === 'string') return value
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
