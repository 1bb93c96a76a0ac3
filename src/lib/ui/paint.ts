// Colour where the terminal shows any and nobody said NO_COLOR; elsewhere the text as it is.
import { styleText } from 'node:util'

type Style = 'bold' | 'dim' | 'cyan'
export type Paint = Readonly<Record<Style, (text: string) => string>>

const plain = (text: string): string => text

export const noPaint: Paint = { bold: plain, dim: plain, cyan: plain }

const inColour: Paint = { bold: painter('bold'), dim: painter('dim'), cyan: painter('cyan') }

export function paintFor(stream: { hasColors?(): boolean }): Paint {
  return stream.hasColors?.() === true ? inColour : noPaint
}

/** Asked once for its codes: for 100,000 names, styleText takes longer than all else that is done with them. */
function painter(style: Style): (text: string) => string {
  const [before = '', after = ''] = styleText(style, '\0', { validateStream: false }).split('\0')
  return text => `${before}${text}${after}`
}
