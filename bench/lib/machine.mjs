// What the figures were taken on: only their ratios carry over.
import { cpus, release, totalmem } from 'node:os'

/** @returns {string} */
export function machine() {
  const [{ model }] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `Node ${process.versions.node}, ${cpus().length} × ${model.trim()}, ${memory} GiB, Linux ${release()}`
}
