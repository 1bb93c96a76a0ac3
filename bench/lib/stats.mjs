// Medians, and ratios that are taken within a round before their median: noise that lasts a round hits both sides alike.

/** @param {(number | undefined)[]} values @returns {number | undefined} nothing where there is no value */
export function median(values) {
  const sorted = values.filter(value => value !== undefined).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : mean(sorted[middle - 1], sorted[middle])
}

/**
 * @param {Map<string, object[]>} results by contestant, one a round
 * @param {(result: object) => number} measure
 * @returns {number | undefined} the median over the rounds of a's measure divided by b's
 */
export function ratio(results, a, b, measure) {
  const [above = [], below = []] = [results.get(a), results.get(b)]
  const rounds = Math.min(above.length, below.length)
  return median(Array.from({ length: rounds }, (_, round) => measure(above[round]) / measure(below[round])))
}

function mean(a, b) {
  return a === undefined || b === undefined ? undefined : (a + b) / 2
}
