// `Args` and `Flags` as @oclif/core has them, made without it: loading oclif takes longer than most commands run. What is
// made here is what oclif makes (but for standard input), and its parser takes it; test/cli/options.test.ts holds the two side by side.
import type { Args as OclifArgs, Flags as OclifFlags } from '@oclif/core'

type Parts = Readonly<Record<string, unknown>>

interface Bounds {
  readonly min?: number
  readonly max?: number
}

const same = (value: unknown): Promise<unknown> => Promise.resolve(value)

/** Standard input is read where `-` says so: oclif would take a missing argument from it, and eat a script's loop input. */
const arg =
  (defaults: Parts = {}) =>
  (options: Parts = {}): Parts => ({
    parse: same,
    ignoreStdin: true,
    ...defaults,
    ...options,
    input: [],
    type: 'option',
  })

const flag =
  (defaults: Parts = {}) =>
  (options: Parts = {}): Parts => ({
    parse: same,
    ...defaults,
    ...options,
    input: [],
    multiple: Boolean(options['multiple'] ?? defaults['multiple']),
    type: 'option',
  })

const boolean = (options: Parts = {}): Parts => ({
  parse: same,
  ...options,
  allowNo: Boolean(options['allowNo']),
  type: 'boolean',
})

/** What is no integer, or out of bounds, oclif refuses in its own words. */
async function parseInteger(text: string, context: never, bounds: Bounds): Promise<number | undefined> {
  const value = Number.parseInt(text, 10)
  const { min = -Infinity, max = Infinity } = bounds
  if (/^-?\d+$/.test(text) && value >= min && value <= max) return value
  const { integer } = await import('@oclif/core/flags')
  const { parse } = integer() as unknown as { readonly parse: typeof parseInteger }
  return parse(text, context, bounds)
}

export const Args = { custom: arg, string: arg() } as unknown as Pick<typeof OclifArgs, 'custom' | 'string'>

export const Flags = {
  boolean,
  custom: flag,
  integer: flag({ parse: parseInteger }),
  string: flag(),
} as unknown as Pick<typeof OclifFlags, 'boolean' | 'custom' | 'integer' | 'string'>
