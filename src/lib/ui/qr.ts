// A QR code for a terminal, two rows of modules a line. Light modules are drawn and dark ones left out: that is right on a
// dark background, and with colour on any.
import { encode } from 'uqr'

/** Modules around the code. The standard says 4; scanners find it with 2, and longer texts fit into 80 columns. */
const QUIET = 2
/** By whether the upper and the lower module are dark. */
const HALVES = { upper: '▄', lower: '▀', both: ' ', none: '█' }
const WHITE_ON_BLACK = '\u001b[97;40m'
const RESET = '\u001b[0m'

/** @returns the lines of the code; undefined: the text is too long for so many columns. */
export function qrLines(
  text: string,
  options: { readonly columns: number; readonly colour: boolean },
): readonly string[] | undefined {
  const rows = modules(text)
  if (rows === undefined || rows.length > options.columns) return undefined
  const lines: string[] = []
  for (let y = 0; y < rows.length; y += 2) {
    const [upper = [], lower = []] = [rows[y], rows[y + 1]]
    const line = upper.map((dark, x) => half(dark, lower[x] ?? false)).join('')
    lines.push(options.colour ? `${WHITE_ON_BLACK}${line}${RESET}` : line)
  }
  return lines
}

/** True is dark. Undefined: no code holds so much. */
function modules(text: string): readonly (readonly boolean[])[] | undefined {
  try {
    // The least error correction makes the smallest code, and a screen has no scratches.
    return encode(text, { ecc: 'L', border: QUIET }).data
  } catch {
    return undefined
  }
}

function half(upper: boolean, lower: boolean): string {
  if (upper) return lower ? HALVES.both : HALVES.upper
  return lower ? HALVES.lower : HALVES.none
}
