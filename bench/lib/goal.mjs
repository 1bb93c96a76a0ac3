// What issue 3 asks for, and whether it was reached.

/**
 * @typedef {object} Goal
 * @property {string} what
 * @property {number | undefined} value nothing: it was not measured
 * @property {number} [atLeast]
 * @property {number} [atMost]
 * @property {string} [unit]
 */

/** @param {Goal} goal @returns {string} */
export function judge({ what, value, atLeast, atMost, unit = '×' }) {
  const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
  const goal = `${what} (goal ${bound} ${unit})`
  if (value === undefined) return `not measured: ${goal}`
  const reached = atLeast === undefined ? value <= atMost : value >= atLeast
  return `${reached ? 'pass' : 'FAIL'}: ${goal}: ${value.toFixed(2)} ${unit}`
}
