// The words of a command line, as far as they can be read in one way only. Whatever is wrong, unusual or not known here is
// left to oclif, whose parser has the last word on what is allowed and what is said of the rest.
import type { Interfaces } from '@oclif/core'

/** What a command says of its arguments and flags; every command of ours fits. */
export interface Syntax {
  readonly args?: Interfaces.ArgInput
  readonly flags?: Interfaces.FlagInput
  readonly baseFlags?: Interfaces.FlagInput
  /** With false there may be more arguments than are named; they are in `argv`. */
  readonly strict?: boolean
}

export interface Parsed {
  readonly args: Readonly<Record<string, unknown>>
  readonly flags: Readonly<Record<string, unknown>>
  /** The arguments' values, in their order. */
  readonly argv: readonly unknown[]
}

/** As much of oclif's definition of an argument or flag as is understood here. */
interface Definition {
  readonly type?: 'option' | 'boolean'
  readonly char?: string
  readonly required?: boolean
  /** Of an argument; without it oclif would look for one that is missing on standard input. */
  readonly ignoreStdin?: boolean
  readonly default?: unknown
  readonly multiple?: boolean
  readonly multipleNonGreedy?: boolean
  readonly allowNo?: boolean
  /** The only values that there are. */
  readonly options?: readonly string[]
  parse(value: unknown, context: unknown, definition: unknown): Promise<unknown>
}

type Definitions = Readonly<Record<string, Definition>>
type Values = Map<string, readonly unknown[]>

interface Given {
  readonly args: Values
  readonly flags: Values
  /** Arguments beyond those that have names. */
  readonly more: string[]
}

const SHOWN = ['name', 'description', 'helpValue', 'helpGroup']
const HEEDED = [
  'type',
  'input',
  'ignoreStdin',
  'parse',
  'char',
  'required',
  'default',
  'multiple',
  'multipleNonGreedy',
  'allowNo',
  'options',
]
const PARSERS_OWN = ['min', 'max']
/** With any other property, a definition means more than this file knows. */
const UNDERSTOOD: ReadonlySet<string> = new Set([...SHOWN, ...HEEDED, ...PARSERS_OWN])

/** @returns what oclif's parser would, or undefined where that should be asked. */
export async function parseWords(words: readonly string[], syntax: Syntax): Promise<Parsed | undefined> {
  const args = (syntax.args ?? {}) as unknown as Definitions
  const flags = { ...syntax.baseFlags, ...syntax.flags } as unknown as Definitions
  if (![...Object.values(args), ...Object.values(flags)].every(isUnderstood)) return undefined
  if (Object.values(args).some(({ ignoreStdin }) => ignoreStdin !== true)) return undefined
  const given = split(words, Object.keys(args), flags)
  if (given === undefined || (given.more.length > 0 && syntax.strict !== false)) return undefined
  if (!isComplete(given.args, args) || !isComplete(given.flags, flags)) return undefined
  try {
    const values = await valuesOf(given.args, args)
    return { args: values, flags: await valuesOf(given.flags, flags), argv: [...Object.values(values), ...given.more] }
  } catch {
    return undefined
  }
}

function isUnderstood(definition: Definition): boolean {
  const { multiple = false, multipleNonGreedy = false } = definition
  return (
    Object.keys(definition).every(key => UNDERSTOOD.has(key)) &&
    typeof definition.default !== 'function' &&
    multiple === multipleNonGreedy
  )
}

/** Which words belong to which argument and flag; a flag that takes no value has `true` or `false`. */
function split(words: readonly string[], names: readonly string[], flags: Definitions): Given | undefined {
  const given: Given = { args: new Map(), flags: new Map(), more: [] }
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (isValue(word)) {
      const name = names[given.args.size]
      if (name === undefined) given.more.push(word)
      else given.args.set(name, [word])
    } else {
      const { name, value, multiple = false } = readFlag(word, rest, flags) ?? {}
      if (name === undefined || value === undefined) return undefined
      const earlier = given.flags.get(name) ?? []
      if (earlier.length > 0 && !multiple) return undefined
      given.flags.set(name, [...earlier, value])
    }
  }
  return given
}

/** `-` alone names standard input. */
function isValue(word: string): boolean {
  return !word.startsWith('-') || word === '-'
}

interface GivenFlag {
  readonly name: string
  readonly value: string | boolean
  readonly multiple?: boolean
}

/** @param rest the words that follow; the first is taken where it is the flag's value. */
function readFlag(word: string, rest: string[], flags: Definitions): GivenFlag | undefined {
  const [, dashed = '', attached] = /^(--[^=]+|-[^-])(?:=(.*))?$/s.exec(word) ?? []
  for (const [name, { type, char, allowNo, multiple = false }] of Object.entries(flags)) {
    const negated = allowNo === true && dashed === `--no-${name}`
    if (!negated && dashed !== `--${name}` && dashed !== `-${char}`) continue
    if (type === 'boolean') return attached === undefined ? { name, value: !negated } : undefined
    const value = attached ?? rest.shift()
    return value !== undefined && isValue(value) ? { name, value, multiple } : undefined
  }
  return undefined
}

function isComplete(given: Values, definitions: Definitions): boolean {
  return Object.entries(definitions).every(([name, { required }]) => required !== true || given.has(name))
}

async function valuesOf(given: Values, definitions: Definitions): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const [name, definition] of Object.entries(definitions)) {
    const value = await valueOf(given.get(name), definition)
    if (value !== undefined) values[name] = value
  }
  return values
}

async function valueOf(words: readonly unknown[] | undefined, definition: Definition): Promise<unknown> {
  if (words === undefined) return definition.default
  const { options } = definition
  if (options !== undefined && !words.every(word => options.includes(String(word)))) throw new Error('not an option')
  const values = await Promise.all(words.map(word => definition.parse(word, {}, definition)))
  return definition.multiple === true ? values : values[0]
}
