// No terminal acts on the JSON that leaves here, whoever wrote what is in it.

/**
 * What JSON.stringify leaves bare but a terminal may act upon: DEL and the C1 controls, line separators and the
 * bidirectional controls. As \u escapes they mean the same to a JSON reader.
 */
const TERMINAL_CONTROLS = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** JSON that means the same, and on which no terminal acts. */
export function escapeControls(json: string): string {
  return json.replace(TERMINAL_CONTROLS, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
