// Whether a value that came from a hook has the shape of the contract in api.ts. A plugin is JavaScript of unknown origin:
// its types are a promise that only this check keeps.
import type { BtPlugin } from './api.ts'

/** The version of the contract that this host speaks. */
export const PLUGIN_API: BtPlugin['api'] = 1

export type ShapeResult =
  | { readonly type: 'plugin'; readonly plugin: BtPlugin }
  /** `fault` completes "the plugin …"; `remedy` says what its user can do. */
  | {
      readonly type: 'unfit'
      readonly fault: string
      readonly remedy: 'update bt or the plugin' | 'report it to its author'
    }

/** Never throws, whatever the value (a getter of its may). */
export function checkShape(value: unknown): ShapeResult {
  try {
    if (!isObject(value)) return unfit(`returned ${describe(value)} from its bt:plugin hook instead of an object`)
    if (value['api'] !== PLUGIN_API) return wrongVersion(value['api'])
    const fault =
      faultIn(value, 'extensions', extensionFault) ??
      faultIn(value, 'trackers', trackerFault) ??
      faultIn(value, 'sources', sourceFault)
    return fault === undefined ? { type: 'plugin', plugin: value as unknown as BtPlugin } : unfit(fault)
  } catch {
    return unfit('returned an object that can not be read from its bt:plugin hook')
  }
}

function extensionFault(item: Fields): string | undefined {
  if (!isName(item['name'])) return 'without a name'
  return typeof item['open'] === 'function' ? undefined : 'without open()'
}

function trackerFault(item: Fields): string | undefined {
  const schemes = item['schemes']
  if (!Array.isArray(schemes) || schemes.length === 0 || !schemes.every(isScheme)) {
    return 'whose schemes are not a list of URL schemes such as "udp:"'
  }
  if (typeof item['announce'] !== 'function') return 'without announce()'
  return isOptional(item['scrape'], 'function') ? undefined : 'whose scrape is not a function'
}

function sourceFault(item: Fields): string | undefined {
  if (!isName(item['name'])) return 'without a name'
  if (typeof item['peers'] !== 'function') return 'without peers()'
  return isOptional(item['allowPrivate'], 'boolean') ? undefined : 'whose allowPrivate is not a boolean'
}

function faultIn(
  plugin: Fields,
  key: 'extensions' | 'trackers' | 'sources',
  faultOf: (item: Fields) => string | undefined,
): string | undefined {
  const items = plugin[key]
  if (items === undefined) return undefined
  if (!Array.isArray(items)) return `has ${describe(items)} as its ${key} instead of a list`
  for (const item of items as readonly unknown[]) {
    if (!isObject(item)) return `has ${describe(item)} among its ${key}`
    const fault = faultOf(item)
    if (fault !== undefined) return `has one of its ${key} ${fault}`
  }
  return undefined
}

function wrongVersion(api: unknown): ShapeResult {
  const fault =
    typeof api === 'number'
      ? `speaks version ${api} of the plugin contract, this bt version ${PLUGIN_API}`
      : 'does not say which version of the plugin contract it speaks ("api: 1")'
  return { type: 'unfit', fault, remedy: 'update bt or the plugin' }
}

type Fields = Readonly<Record<string, unknown>>

function unfit(fault: string): ShapeResult {
  return { type: 'unfit', fault, remedy: 'report it to its author' }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

/** RFC 3986 section 3.1, in the lower case and with the colon of `URL.protocol`. */
function isScheme(value: unknown): boolean {
  return typeof value === 'string' && /^[a-z][a-z0-9+.-]*:$/.test(value)
}

function isOptional(value: unknown, type: 'function' | 'boolean'): boolean {
  return value === undefined || typeof value === type
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
