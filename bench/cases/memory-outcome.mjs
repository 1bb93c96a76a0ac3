// What the issue asks of bt's memory, whatever it does.

/** Connected, the one that gives or takes included. */
export const PEERS = 200

/** @param {Map<string, { mib: number, peers: number }[]>} results */
export function memoryOutcome(results) {
  const peak = runs => Math.max(...runs.map(({ mib }) => mib))
  const rows = [...results].map(([name, runs]) => [
    name,
    peak(runs),
    String(Math.min(...runs.map(({ peers }) => peers))),
  ])
  return {
    table: { head: ['what', 'peak MiB, of all runs', 'peers'], rows },
    figures: Object.fromEntries(results),
    goals: [...results].map(([name, runs]) => ({ what: `peak: ${name}`, value: peak(runs), atMost: 200, unit: 'MiB' })),
  }
}

export function gib(bytes) {
  return bytes / 2 ** 30
}
