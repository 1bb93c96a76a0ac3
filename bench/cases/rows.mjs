// Tables of transfers: medians over the rounds, and ratios of bt to each contestant.
import { median, ratio } from '../lib/stats.mjs'

/** @param {Map<string, import('../lib/transfer.mjs').Transfer[]>} results */
export function downloadRows(results) {
  const head = ['downloading', 'MB/s', 'CPU s/GiB', 'peak MiB', 'connected after s', 'bt: speed ×', 'bt: CPU ×']
  const rows = [...results].map(([name, transfers]) => {
    const of = key => median(transfers.map(result => result[key]))
    return [name, of('mbps'), of('cpu'), of('memory'), of('start'), ...against(results, name, 'cpu')]
  })
  return { table: { head, rows }, figures: Object.fromEntries(results) }
}

/** @param {Map<string, import('../lib/transfer.mjs').Transfer[]>} results by the name of who seeds */
export function seedRows(results) {
  const head = ['seeding', 'MB/s', 'CPU s/GiB', 'peak MiB', 'bt: speed ×', 'bt: CPU ×']
  const rows = [...results].map(([name, transfers]) => {
    const of = key => median(transfers.map(result => result[key]))
    return [name, of('mbps'), of('seedCpu'), of('seedMemory'), ...against(results, name, 'seedCpu')]
  })
  return { table: { head, rows }, figures: Object.fromEntries(results) }
}

function against(results, name, cpu) {
  if (name === 'bt') return [undefined, undefined]
  return ['mbps', cpu].map(key => ratio(results, 'bt', name, result => result[key]))
}
