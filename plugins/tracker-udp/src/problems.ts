// The failures of a tracker, each naming its URL.
import type { Toolkit } from 'bt-toolbox/plugin'

/** Characters of a tracker's own text that are shown. */
const MAX_SHOWN = 500

/** Makes the errors of one tracker. */
export interface Problems {
  refused(why: string): Error
  invalid(what: string): Error
  unreachable(why: string, cause?: unknown): Error
  /** It never will be reached: nothing to retry. */
  unusable(why: string): Error
}

export function problemsOf(url: URL, kit: Toolkit): Problems {
  // Credentials and query may hold a secret.
  const tracker = `the tracker ${url.protocol}//${url.host}${url.pathname}`
  return {
    refused: why => kit.error('TRACKER_REFUSED', `${tracker} refused: ${why}`, { details: { reason: why } }),
    invalid: what => kit.error('TRACKER_INVALID_ANSWER', `${tracker} sent an answer that makes no sense: ${what}`),
    unreachable: (why, cause) => kit.error('TRACKER_UNREACHABLE', `cannot reach ${tracker}: ${why}`, { cause }),
    unusable: why =>
      kit.error('TRACKER_UNREACHABLE', `cannot reach ${tracker}: ${why}`, { details: { retryAfter: 'never' } }),
  }
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** A tracker's text, fit for a terminal: control and formatting characters (bidirectional ones too) become spaces. */
export function shownText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN)
}
