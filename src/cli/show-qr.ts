// --qr: a magnet link for the camera of a phone, on stderr, since it is for whoever is in front of the screen.
import { qrLines } from '../lib/ui/qr.ts'

/** Where stderr is no terminal that knows its width. */
const COLUMNS = 80

/** @returns what to print; undefined: the link is too long for the screen. */
export function qrText(link: string): string | undefined {
  const { stderr } = process
  const columns = stderr.isTTY && stderr.columns > 0 ? stderr.columns : COLUMNS
  return qrLines(link, { columns, colour: stderr.isTTY && stderr.hasColors() })?.join('\n')
}
