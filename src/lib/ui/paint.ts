// Colour where the place that output goes to shows any, and nobody said otherwise; elsewhere the text as it is.
import { styleText } from 'node:util'
import { hasColours, type Place } from './terminal.ts'

type Style = 'bold' | 'dim' | 'cyan' | 'red'
export type Paint = Readonly<Record<Style, (text: string) => string>>

const plain = (text: string): string => text

export const noPaint: Paint = { bold: plain, dim: plain, cyan: plain, red: plain }

const inColour: Paint = { bold: painter('bold'), dim: painter('dim'), cyan: painter('cyan'), red: painter('red') }

export function paintFor(place: Place): Paint {
  return hasColours(place) ? inColour : noPaint
}

/** Asked once for its codes: for 100,000 names, styleText takes longer than all else that is done with them. */
function painter(style: Style): (text: string) => string {
  const [before = '', after = ''] = styleText(style, '\0', { validateStream: false }).split('\0')
  return text => `${before}${text}${after}`
}
