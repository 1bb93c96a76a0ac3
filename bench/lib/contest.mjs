// Contestants take turns, A B C, A B C, so that whatever else the machine does hits all of them alike.

/**
 * @template R
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ name: string, run: () => Promise<R> }[]} contestants
 * @param {number} [rounds]
 * @returns {Promise<Map<string, R[]>>} by name, one a round; one that failed is left out from then on
 */
export async function contest(lab, contestants, rounds = lab.options.runs) {
  const results = new Map(contestants.map(({ name }) => [name, []]))
  const failed = new Set()
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of contestants) {
      if (failed.has(name)) continue
      try {
        const result = await run()
        results.get(name).push(result)
        lab.note(`   ${round + 1}/${rounds} ${name}: ${brief(result)}`)
      } catch (error) {
        failed.add(name)
        results.delete(name)
        lab.fail(`${name}: ${error.message}`)
      }
    }
  }
  return results
}

function brief(result) {
  const figures = Object.entries(result).filter(([, value]) => typeof value === 'number')
  return figures.map(([key, value]) => `${key} ${Number(value.toPrecision(3))}`).join(', ')
}
