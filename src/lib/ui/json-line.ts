// JSON for stdout, on which no terminal acts: what is in it may come from anybody.
import { escapeControls } from '../base/escape-controls.ts'

/** A value as one line of JSON, its control characters and bidirectional ones as \u escapes. */
export function jsonLine(value: unknown): string {
  return escapeControls(JSON.stringify(value))
}
