// What the kernel tells of processes and connections.
import { readFileSync } from 'node:fs'

/** USER_HZ, the unit of the times in /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS = 100
const ESTABLISHED = '01'

/** @returns {number} CPU seconds, user and system, of all threads until now */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is the program's name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** @returns {number | undefined} the peak of the resident memory in bytes; nothing once the process has ended */
export function peakMemory(pid) {
  try {
    const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) * 1024
  } catch {
    return undefined
  }
}

/** @returns {boolean} whether anybody is connected to one of these local ports */
export function connected(ports) {
  const wanted = new Set(ports)
  return ['/proc/net/tcp', '/proc/net/tcp6'].some(file => table(file).some(row => wanted.has(row)))
}

/** The local ports of established connections. */
function table(file) {
  const ports = []
  for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
    const [, local, , state] = line.trim().split(/\s+/)
    if (state === ESTABLISHED) ports.push(Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16))
  }
  return ports
}
