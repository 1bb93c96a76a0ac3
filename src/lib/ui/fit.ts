// Text within the columns of a terminal; what does not fit loses its middle, so that the end of a name stays.
import cliTruncate from 'cli-truncate'

/** Every character of what is printable ASCII takes one column; all else is measured, which takes a hundred times longer. */
export function fit(text: string, columns: number): string {
  const short = text.length <= columns && /^[\x20-\x7e]*$/.test(text)
  return short || columns === Infinity ? text : cliTruncate(text, columns, { position: 'middle' })
}
