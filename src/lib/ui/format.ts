// Numbers as people read them. Sizes are in binary units, as the sizes of pieces are.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** `1.5 MiB`: three significant digits from KiB on. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // What would be rounded to 1024 is one of the next unit, and to 100 or 10 has no more digits than those.
  while (value >= 1023.5 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
  return `${value.toFixed(digits)} ${UNITS[unit] ?? 'B'}`
}

export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`
}

/** `42 s`, `3 min 05 s`, `2 h 04 min`, `3 d 02 h`. */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const two = (value: number): string => String(value).padStart(2, '0')
  if (total < 60) return `${total} s`
  if (total < 3600) return `${Math.floor(total / 60)} min ${two(total % 60)} s`
  if (total < 86_400) return `${Math.floor(total / 3600)} h ${two(Math.floor((total % 3600) / 60))} min`
  return `${Math.floor(total / 86_400)} d ${two(Math.floor((total % 86_400) / 3600))} h`
}

/** Rounded down, so that 100 % means all of it. */
export function formatPercent(done: number, total: number): string {
  if (total <= 0) return '0.0 %'
  return `${(Math.floor((done / total) * 1000) / 10).toFixed(1)} %`
}

export function formatBar(done: number, total: number, width: number): string {
  const filled = total <= 0 ? 0 : Math.min(width, Math.floor((done / total) * width))
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** Text from the network, made safe for a terminal: control characters become visible. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '�')
}
