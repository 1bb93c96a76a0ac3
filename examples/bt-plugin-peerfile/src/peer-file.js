// The file format: one `ip:port` or `[ip]:port` a line; blank lines and those that begin with # do not count.

/**
 * @param {string} text
 * @param {import('bt-toolbox/plugin').Toolkit} kit
 * @returns {import('bt-toolbox/plugin').PeerAddress[]}
 * @throws an error that names the first bad line
 */
export function parsePeerFile(text, kit) {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const entry = line.trim()
    if (entry === '' || entry.startsWith('#')) return []
    try {
      return [kit.parseAddress(entry)]
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw kit.error('INPUT_UNREADABLE', `line ${index + 1}: ${reason}`, { cause })
    }
  })
}
