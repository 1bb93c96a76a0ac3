// What the place that output goes to can do: take back what it shows, and show colours.

export type Place = Pick<NodeJS.WriteStream, 'isTTY'> & { readonly columns?: number }
type Environment = Readonly<Record<string, string | undefined>>

/** Whether lines can be drawn over. A terminal may not know its own width (a bare pseudo-terminal says 0): nothing fits there. */
export function canDraw(place: Place, env: Environment = process.env): boolean {
  return place.isTTY && env['TERM'] !== 'dumb' && place.columns !== 0
}

/** NO_COLOR (no-color.org) forbids, FORCE_COLOR demands; else a terminal that is not dumb has colours. */
export function hasColours(place: Place, env: Environment = process.env): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '' } = env
  if (no !== '') return false
  if (force !== '') return force !== '0' && force !== 'false'
  return place.isTTY && env['TERM'] !== 'dumb'
}
