// The torrents of test/fixtures, wherever this runs from: the sources under vitest, or what the compiler made of them.
import { existsSync, readdirSync, readFileSync } from 'node:fs'

function folder(): URL {
  let here = new URL('./', import.meta.url)
  while (!existsSync(new URL('test/fixtures/', here))) here = new URL('../', here)
  return new URL('test/fixtures/', here)
}

/** All of them, by name without the extension. */
export function torrents(): ReadonlyMap<string, Uint8Array> {
  const at = folder()
  const names = readdirSync(at).filter(name => name.endsWith('.torrent'))
  return new Map(
    names.sort().map(name => [name.replace('.torrent', ''), new Uint8Array(readFileSync(new URL(name, at)))]),
  )
}
