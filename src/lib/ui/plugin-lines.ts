// A plugin as a paragraph: who it is, then what it adds, a line a kind.
import type { PluginAddition, PluginDescription } from '../engine/plugin-overview.ts'
import { printable } from './format.ts'

const KINDS = ['tracker', 'extension', 'source', 'command'] as const
const LABELS = { tracker: 'trackers', extension: 'extensions', source: 'peer sources', command: 'commands' } as const

export function pluginLines({ name, version, origin, root, api, problem, adds }: PluginDescription): readonly string[] {
  const about = [
    ...(api === undefined ? [] : [`api ${api}`]),
    ...(origin === 'linked' ? [`linked from ${root}`] : []),
    ...(origin === 'bundled' ? ['bundled'] : []),
  ]
  const kinds = KINDS.map(kind => [kind, adds.filter(addition => addition.kind === kind)] as const)
  return [
    `${name} ${version}${about.length === 0 ? '' : ` (${about.join(', ')})`}`,
    ...(problem === undefined ? [] : [`  left out: ${printable(problem)}`]),
    ...kinds.flatMap(([kind, of]) => (of.length === 0 ? [] : [`  ${LABELS[kind]}: ${of.map(nameOf).join(', ')}`])),
  ]
}

/** Each list has those that are used and those that are not: `{ "name": "udp:", "used": false }`. */
export function pluginJson({ adds, ...about }: PluginDescription): object {
  const of = (kind: PluginAddition['kind']): readonly object[] =>
    adds.filter(addition => addition.kind === kind).map(({ name, used }) => ({ name, used }))
  return {
    ...about,
    trackers: of('tracker'),
    extensions: of('extension'),
    sources: of('source'),
    commands: of('command'),
  }
}

function nameOf({ name, used }: PluginAddition): string {
  return used ? printable(name) : `${printable(name)} (not used: another plugin comes first)`
}
