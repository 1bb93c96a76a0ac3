// The files of a new plugin: those of templates/plugin that its kinds need, in its own name, and what ties them together.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'

export const PLUGIN_KINDS = ['tracker', 'extension', 'source', 'command'] as const
export type PluginKind = (typeof PLUGIN_KINDS)[number]

export interface PluginTemplate {
  /** Of the npm package. */
  readonly name: string
  /** Without scope and `bt-plugin-`: what schemes, extensions, sources and commands are named after. */
  readonly short: string
  readonly kinds: readonly PluginKind[]
  /** Where this bt-toolbox is, whose templates, types and test helpers are used: there need be no registry that has it. */
  readonly toolbox: string
  /** Of it. */
  readonly version: string
}

/** The versions that this template was tried with; what they allow is what npm makes of `^`. */
const DEV_DEPENDENCIES = { '@types/node': '^20.19.43', typescript: '^7.0.2' }
const OCLIF = { '@oclif/core': '^4.14.0' }

const PROSE: Readonly<Record<PluginKind, (short: string) => string>> = {
  tracker: short => `trackers at \`${short}+http:\` and \`${short}+https:\` URLs (\`src/tracker.ts\`)`,
  extension: short => `the wire extension \`bt_${snake(short)}\` (\`src/extension.ts\`)`,
  source: short =>
    `the peer source \`${short}\`, which reads the page at \`BT_${shout(short)}_URL\` (\`src/source.ts\`)`,
  command: short => `the command \`bt ${snake(short)}_size\` (\`src/commands/\`)`,
}

/** @throws BtError USAGE for what is no name of an npm package, or no name to give to what it adds */
export function shortName(name: string): string {
  const [, , bare = ''] = /^(@[a-z\d][a-z\d._-]*\/)?([a-z\d][a-z\d._-]*)$/.exec(name) ?? []
  const short = bare.replace(/^bt-plugin-/, '')
  if (/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(short)) return short
  throw new BtError('USAGE', `"${name}" is no name for a plugin; take one such as bt-plugin-web or @me/bt-plugin-web`)
}

/** Path → text. @throws BtError DISK_NOT_FOUND where bt's own templates are missing */
export async function pluginFiles(plugin: PluginTemplate): Promise<ReadonlyMap<string, string>> {
  const copied = await Promise.all(copiedFiles(plugin).map(async path => [path, await load(plugin, path)] as const))
  const hooks = plugin.kinds.some(kind => kind !== 'command')
  return new Map([
    ['package.json', `${JSON.stringify(manifest(plugin), null, 2)}\n`],
    ['README.md', readme(plugin)],
    ['.gitignore', 'node_modules/\ndist/\n*.tgz\n'],
    ...(hooks ? [['src/hook.ts', hook(plugin)] as const] : []),
    ...copied.map(([path, text]) => [rename(path, plugin.short), rename(text, plugin.short)] as const),
  ])
}

function copiedFiles({ kinds }: PluginTemplate): readonly string[] {
  const sources = kinds.map(kind => (kind === 'command' ? 'src/commands/sample_size.ts' : `src/${kind}.ts`))
  return ['tsconfig.json', ...sources, ...kinds.map(kind => `test/${kind}.test.ts`)]
}

async function load({ toolbox }: PluginTemplate, path: string): Promise<string> {
  try {
    return await readFile(join(toolbox, 'templates/plugin', path), 'utf8')
  } catch (cause) {
    throw new BtError('DISK_NOT_FOUND', `bt's own template ${path} can not be read; install bt anew`, { cause })
  }
}

/** In the templates, `sample` stands for the short name, in the spelling of each place. */
function rename(text: string, short: string): string {
  return text
    .replaceAll('SAMPLE', shout(short))
    .replaceAll(/(?<=_)sample|sample(?=_)/g, snake(short))
    .replaceAll('sample', short)
}

function snake(short: string): string {
  return short.replaceAll('-', '_')
}

function shout(short: string): string {
  return snake(short).toUpperCase()
}

function manifest({ name, kinds, toolbox }: PluginTemplate): object {
  const command = kinds.includes('command')
  return {
    name,
    version: '0.1.0',
    description: 'A plugin for bt, the toolbox of BitTorrent',
    keywords: ['bt-plugin', 'bittorrent'],
    license: 'MIT',
    type: 'module',
    engines: { node: '>=20.19' },
    files: ['dist/src'],
    oclif: {
      ...(kinds.some(kind => kind !== 'command') && { hooks: { 'bt:plugin': './dist/src/hook.js' } }),
      ...(command && { commands: './dist/src/commands' }),
    },
    scripts: {
      build: 'tsc',
      test: 'npm run build && node --test dist/test/*.test.js',
      prepack: 'npm run build',
    },
    devDependencies: { ...(command && OCLIF), ...DEV_DEPENDENCIES, 'bt-toolbox': `file:${toolbox}` },
  }
}

function hook({ kinds }: PluginTemplate): string {
  const parts = kinds.filter(kind => kind !== 'command')
  return `// What bt calls to learn what this package offers: plain data, made with the toolkit that bt hands over.
import type { PluginHook } from 'bt-toolbox/plugin'
${parts.map(kind => `import { ${kind} } from './${kind}.js'`).join('\n')}

const hook: PluginHook = async ({ kit }) => ({
  api: 1,
${parts.map(kind => `  ${kind}s: [${kind}(kit)],`).join('\n')}
})

export default hook
`
}

function readme({ name, short, kinds, version }: PluginTemplate): string {
  return `# ${name}

A plugin for \`bt\` (the npm package \`bt-toolbox\`), the toolbox of BitTorrent. It adds:

${kinds.map(kind => `- ${PROSE[kind](short)}`).join('\n')}

## Develop

\`\`\`sh
npm install
npm test                              # builds, then runs the tests
bt plugins link --no-install .        # bt uses this folder as it was built last
bt plugins                            # what each plugin adds
\`\`\`

It is built with the bt-toolbox that wrote it, where that is (\`devDependencies\`). Before you share this folder, name a version
instead: \`npm install --save-dev bt-toolbox@^${version}\`. \`docs/PLUGINS.md\` of bt-toolbox explains the contract.

## Install

\`\`\`sh
npm pack
bt plugins install "file:$PWD/${tarball(name)}"
\`\`\`

A plugin runs inside of \`bt\`, with all rights of who runs it: install only what you would run by itself.
`
}

/** As \`npm pack\` names it. */
function tarball(name: string): string {
  return `${name.replace(/^@/, '').replace('/', '-')}-0.1.0.tgz`
}
